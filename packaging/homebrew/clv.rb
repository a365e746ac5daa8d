# Homebrew: the formula of a tap. RELEASING.md says which lines a release fills in.
class Clv < Formula
  desc "Customer lifetime value from a purchase history"
  homepage "https://crates.io/crates/clv"
  url "https://static.crates.io/crates/clv/clv-0.1.0.crate"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license any_of: ["Apache-2.0", "MIT"]

  depends_on "rust" => :build

  def install
    system "cargo", "install", *std_cargo_args
    generate_completions_from_executable(bin/"clv", "completions")
    system bin/"clv", "man", "-o", "man"
    man1.install Dir["man/*.1"]
  end

  test do
    (testpath/"orders.csv").write <<~CSV
      customer_id,date,amount
      a,2024-01-01,10
      a,2024-02-01,20
      b,2024-01-15,5
    CSV
    assert_match "customer_id", shell_output("#{bin}/clv summarize orders.csv -o -")
  end
end
