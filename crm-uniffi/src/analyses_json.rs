//! What analyses take and answer, as JSON.

use crm_core::score::{
    AnyContractFit, AnyContractModel, AnyPurchaseFit, AnyPurchaseModel, Arm, ArmComparison, AssociationRule,
    Attribution, AttributionRule, BgBb, BgBbFit, BinOptions, Binning, BoughtAgain, Characteristic, ClusterOptions,
    Clusters, CohortOptions, CohortTable, ContractCount, ContractModelKind, ContractOutlook, Cutoffs, Decision,
    Discrimination, FitOptions, GammaGamma, History, HistoryCount, HoldoutLift, Interval, ItemOptions, ItemSet,
    Journey, LogRank, ManyArms, Neighbour, NetPromoter, NewcomerOutlook, OccasionCount, OccasionHistory,
    OccasionOutlook, Popularity, PurchaseIntervals, PurchaseModelKind, PurchaseOutlook, Rate, RecommendOptions,
    Recommendation, RfmMigration, RuleOptions, SampleRatio, ScaleScore, ScoreValue, Scorecard, ScorecardOptions,
    Scored, Span, Spend, SpendCount, Stability, SurvivalCurve, TimeUnit,
};

use crate::json::{door, read, written};
use crate::{CrmError, guard};

door! {
    Arm: arm_to_json, arm_from_json;
    AnyPurchaseFit: any_purchase_fit_to_json, any_purchase_fit_from_json;
    Clusters: clusters_to_json, clusters_from_json;
    Scorecard: scorecard_to_json, scorecard_from_json;
    Scored: scored_to_json, scored_from_json;
    AnyPurchaseModel: any_purchase_model_to_json, any_purchase_model_from_json;
    AnyContractModel: any_contract_model_to_json, any_contract_model_from_json;
    PurchaseModelKind: , purchase_model_kind_from_json;
    TimeUnit: , time_unit_from_json;
    HistoryCount: , history_count_from_json;
    FitOptions: , fit_options_from_json;
    History: , history_from_json;
    Span: , span_from_json;
    Rate: , rate_from_json;
    OccasionCount: , occasion_count_from_json;
    BgBb: , bg_bb_from_json;
    OccasionHistory: , occasion_history_from_json;
    ContractModelKind: , contract_model_kind_from_json;
    ContractCount: , contract_count_from_json;
    SpendCount: , spend_count_from_json;
    GammaGamma: , gamma_gamma_from_json;
    Spend: , spend_from_json;
    Journey: , journey_from_json;
    AttributionRule: , attribution_rule_from_json;
    CohortOptions: , cohort_options_from_json;
    ClusterOptions: , cluster_options_from_json;
    RuleOptions: , rule_options_from_json;
    ItemOptions: , item_options_from_json;
    RecommendOptions: , recommend_options_from_json;
    BinOptions: , bin_options_from_json;
    Characteristic: , characteristic_from_json;
    ScorecardOptions: , scorecard_options_from_json;
    ScoreValue: , score_value_from_json;
    Cutoffs: , cutoffs_from_json;
    PurchaseOutlook: purchase_outlook_to_json;
    NewcomerOutlook: newcomer_outlook_to_json;
    PurchaseIntervals: purchase_intervals_to_json;
    Interval: interval_to_json;
    BgBbFit: bg_bb_fit_to_json;
    OccasionOutlook: occasion_outlook_to_json;
    AnyContractFit: any_contract_fit_to_json;
    ContractOutlook: contract_outlook_to_json;
    ArmComparison: arm_comparison_to_json;
    ManyArms: many_arms_to_json;
    SampleRatio: sample_ratio_to_json;
    HoldoutLift: holdout_lift_to_json;
    Attribution: attribution_to_json;
    NetPromoter: net_promoter_to_json;
    ScaleScore: scale_score_to_json;
    CohortTable: cohort_table_to_json;
    SurvivalCurve: survival_curve_to_json;
    LogRank: log_rank_to_json;
    Popularity: popularity_to_json;
    BoughtAgain: bought_again_to_json;
    AssociationRule: association_rule_to_json;
    ItemSet: item_set_to_json;
    Neighbour: neighbour_to_json;
    Recommendation: recommendation_to_json;
    Binning: binning_to_json;
    Decision: decision_to_json;
    Discrimination: discrimination_to_json;
    Stability: stability_to_json;
    RfmMigration: rfm_migration_to_json;
}
