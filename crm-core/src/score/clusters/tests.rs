use proptest::prelude::*;

use super::*;
use crate::score::testing::close;

fn iris() -> Vec<f64> {
    let text = include_str!("../../../tests/data/iris.csv");
    text.lines().skip(1).flat_map(|line| line.split(',').map(|value| value.trim().parse::<f64>().unwrap())).collect()
}

fn plain(clusters: u32, restarts: u32) -> ClusterOptions {
    ClusterOptions { clusters, restarts, scaling: Scaling::None, ..ClusterOptions::default() }
}

#[test]
fn irises_fall_into_the_known_clusters() {
    // scikit-learn 1.9.1, 20 beginnings.
    let three = clusters(&iris(), 4, &plain(3, 20)).unwrap();
    close(three.inertia, 78.851441426146, 1e-12);
    let mut sizes = three.sizes.clone();
    sizes.sort_unstable();
    assert_eq!((sizes, three.settled), (vec![38, 50, 62], true));
    let two = clusters(&iris(), 4, &plain(2, 20)).unwrap();
    close(two.inertia, 152.3479517603579, 1e-12);
}

#[test]
fn numbers_are_stable_and_new_rows_find_their_cluster() {
    let found = clusters(&iris(), 4, &plain(3, 10)).unwrap();
    assert!(found.centres.windows(2).all(|pair| pair[0][0] < pair[1][0]));
    assert_eq!(found.assign(&iris()).unwrap(), found.of_row);
    let other = clusters(&iris(), 4, &ClusterOptions { seed: 99, ..plain(3, 10) }).unwrap();
    assert_eq!(other.of_row, found.of_row);
    assert_eq!(clusters(&iris(), 4, &ClusterOptions { threads: 3, ..plain(3, 10) }).unwrap(), found);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Clusters>(&json).unwrap(), found);
}

#[test]
fn scaling_makes_units_irrelevant() {
    let in_mm: Vec<f64> = iris().iter().enumerate().map(|(at, v)| if at % 4 == 0 { v * 10.0 } else { *v }).collect();
    for scaling in [Scaling::Standard, Scaling::Robust] {
        let options = ClusterOptions { scaling, ..plain(3, 10) };
        let (cm, mm) = (clusters(&iris(), 4, &options).unwrap(), clusters(&in_mm, 4, &options).unwrap());
        assert_eq!(cm.of_row, mm.of_row);
        close(cm.centres[0][0] * 10.0, mm.centres[0][0], 1e-12);
    }
    let constant =
        clusters(&[1.0, 7.0, 2.0, 7.0, 9.0, 7.0], 2, &ClusterOptions { clusters: 2, ..plain(2, 3) }).unwrap();
    assert_eq!(constant.of_row, [0, 0, 1]);
}

#[test]
fn what_cannot_be_grouped_is_said() {
    let code = |values: &[f64], width, k| clusters(values, width, &plain(k, 2)).unwrap_err().code();
    assert_eq!(code(&[1.0, 2.0], 1, 3).as_str(), "insufficient-data");
    assert_eq!(code(&[1.0, 1.0, 1.0], 1, 2).as_str(), "insufficient-data");
    assert_eq!(code(&[], 2, 1).as_str(), "insufficient-data");
    for (values, width, k) in [
        (vec![1.0, f64::NAN], 1, 1),
        (vec![1.0, 2.0, 3.0], 2, 1),
        (vec![1.0], 0, 1),
        (vec![1.0], 1, 0),
        (vec![1e200], 1, 1),
    ] {
        assert_eq!(code(&values, width, k).as_str(), "invalid");
    }
    assert!(clusters(&iris(), 4, &plain(2, 1)).unwrap().assign(&[1.0]).is_err());
}

/// Lloyd's iterations with every distance.
fn slowly(rows: &[f64], width: usize, mut centres: Vec<f64>) -> (Vec<u32>, Vec<f64>) {
    let mut of_row = vec![u32::MAX; rows.len() / width];
    loop {
        let next: Vec<u32> = rows.chunks_exact(width).map(|row| hamerly::two_nearest(row, &centres).0 as u32).collect();
        if next == of_row {
            return (of_row, centres);
        }
        of_row = next;
        for (cluster, centre) in (0..).zip(centres.chunks_exact_mut(width)) {
            let own: Vec<&[f64]> =
                rows.chunks_exact(width).zip(&of_row).filter(|(_, of)| **of == cluster).map(|(row, _)| row).collect();
            if !own.is_empty() {
                for (at, value) in centre.iter_mut().enumerate() {
                    *value = own.iter().map(|row| row[at]).sum::<f64>() / own.len() as f64;
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bounds_change_nothing(rows in prop::collection::vec(-9.0_f64..9.0, 30..240), k in 1_usize..6, seed in any::<u64>()) {
        let rows = &rows[..rows.len() / 2 * 2];
        let start = begin(rows, 2, k, &mut Random::new(seed, 0)).unwrap();
        let (expected, _) = slowly(rows, 2, start.clone());
        let mut sizes = vec![0; k];
        for &cluster in &expected {
            sizes[cluster as usize] += 1;
        }
        prop_assume!(sizes.iter().all(|&size| size > 0));
        let mut search = Search::new(rows, 2, start, 1);
        search.run(1_000);
        prop_assert!(search.settled);
        prop_assert_eq!(&search.of_row, &expected);
    }

    #[test]
    fn every_row_is_in_its_nearest_cluster(rows in prop::collection::vec(-9.0_f64..9.0, 12..60)) {
        let rows = &rows[..rows.len() / 3 * 3];
        let found = clusters(rows, 3, &ClusterOptions { clusters: 3, restarts: 2, ..ClusterOptions::default() }).unwrap();
        prop_assert_eq!(found.sizes.iter().sum::<u64>() as usize, rows.len() / 3);
        prop_assert!(found.inertia >= 0.0 && found.settled);
    }
}
