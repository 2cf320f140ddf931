//! Codes of a dictionary, as narrow as they can be.

/// One code for each row; 0 where there is none.
#[derive(Clone, Debug)]
pub enum Codes {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Self::One(Vec::new())
    }
}

impl Codes {
    pub fn get(&self, row: usize) -> usize {
        match self {
            Self::One(codes) => codes.get(row).map_or(0, |code| usize::from(*code)),
            Self::Two(codes) => codes.get(row).map_or(0, |code| usize::from(*code)),
            Self::Four(codes) => codes.get(row).map_or(0, |code| *code as usize),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::One(codes) => codes.len(),
            Self::Two(codes) => codes.len(),
            Self::Four(codes) => codes.len(),
        }
    }

    /// Writes a code, in a wider form if need be. Rows in between have none.
    pub fn set(&mut self, row: usize, code: u32) {
        self.widen(code);
        match self {
            Self::One(codes) => put(codes, row, code as u8),
            Self::Two(codes) => put(codes, row, code as u16),
            Self::Four(codes) => put(codes, row, code),
        }
    }

    fn widen(&mut self, code: u32) {
        *self = match std::mem::take(self) {
            Self::One(codes) if code > u32::from(u8::MAX) => Self::Two(codes.into_iter().map(u16::from).collect()),
            own => own,
        };
        *self = match std::mem::take(self) {
            Self::Two(codes) if code > u32::from(u16::MAX) => Self::Four(codes.into_iter().map(u32::from).collect()),
            own => own,
        };
    }

    /// Writes what a table says of each code of some rows.
    pub fn look_up(&self, table: &[u8], first: usize, out: &mut [u8]) {
        // Rows beyond the last written one have no value.
        let absent = table.first().copied().unwrap_or_default();
        out.fill(absent);
        let end = self.len().min(first + out.len());
        if first >= end {
            return;
        }
        match self {
            Self::One(codes) => {
                // A table of all 256 codes needs no check.
                let mut all = [absent; 256];
                all.iter_mut().zip(table).for_each(|(to, from)| *to = *from);
                out.iter_mut().zip(&codes[first..end]).for_each(|(to, code)| *to = all[usize::from(*code)]);
            }
            Self::Two(codes) => {
                out.iter_mut().zip(&codes[first..end]).for_each(|(to, code)| *to = table[usize::from(*code)]);
            }
            Self::Four(codes) => {
                out.iter_mut().zip(&codes[first..end]).for_each(|(to, code)| *to = table[*code as usize]);
            }
        }
    }

    pub fn bytes(&self) -> usize {
        match self {
            Self::One(codes) => codes.capacity(),
            Self::Two(codes) => codes.capacity() * 2,
            Self::Four(codes) => codes.capacity() * 4,
        }
    }
}

/// Writes a value at a place, with nothing in the places before it that are new.
pub fn put<T: Copy + Default>(values: &mut Vec<T>, row: usize, value: T) {
    if row >= values.len() {
        values.resize(row + 1, T::default());
    }
    values[row] = value;
}
