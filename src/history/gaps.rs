//! The sum of the logarithms of gaps, nearly for the price of a multiplication each.

/// The logarithm of a product of whole numbers, which are multiplied until the product would no longer
/// fit: one logarithm for 30 gaps of ten digits, or 200 of a few days.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogProduct {
    product: f64,
    /// Of the factors before those in `product`.
    log: f64,
}

impl Default for LogProduct {
    /// Of no factors: 0.
    fn default() -> Self {
        LogProduct { product: 1.0, log: 0.0 }
    }
}

impl LogProduct {
    /// A product this large has room for one more gap (below 2^33, the range of grains).
    const FULL: f64 = 1e298;

    /// One more gap \[grains\], at least 1.
    #[inline]
    pub fn push(&mut self, gap: f64) {
        self.product *= gap;
        if self.product > Self::FULL {
            self.log += self.product.ln();
            self.product = 1.0;
        }
    }

    /// The sum of the logarithms; what is pushed after it begins anew.
    pub fn take(&mut self) -> f64 {
        let LogProduct { product, log } = std::mem::take(self);
        log + product.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_too_large_for_a_number_are_split() {
        let mut product = LogProduct::default();
        assert_eq!(product.take(), 0.0);
        let gaps: Vec<f64> = (0..5_000u32).map(|i| f64::from(i * i % 977 + 1)).collect();
        for gaps in [&gaps[..], &vec![8_589_934_591.0; 500]] {
            gaps.iter().for_each(|&gap| product.push(gap));
            let sum: f64 = gaps.iter().map(|gap| gap.ln()).sum();
            assert!((product.take() / sum - 1.0).abs() < 1e-13);
        }
        product.push(7.0);
        assert_eq!(product.take(), 7f64.ln());
    }
}
