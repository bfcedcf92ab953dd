using FsCheck;
using FsCheck.Fluent;
using Nines.Backbone.Series;
using Nines.Testing;

namespace Nines.Backbone.Tests.Series;

public sealed class QuantileSketchTests
{
    private static readonly double[] Shares = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

    private static Arbitrary<List<double>> Values { get; } =
        Gen.Choose(0, int.MaxValue - 1).ListOf().Select(seeds => seeds.Select(Spread).ToList()).ToArbitrary();

    // Zero, negative, and positive over thirty orders of magnitude around one.
    private static double Spread(int seed) => (seed % 7) switch
    {
        0 => 0,
        1 => -Math.Exp(seed / 7 % 1_000 / 30.0 - 16),
        2 => seed % 1_000,
        _ => Math.Exp(seed / 7 % 1_000 / 30.0 - 16),
    };

    [Fact]
    public void Every_quantile_is_within_one_percent_of_the_exact_one() =>
        Prop.ForAll(Values, values =>
        {
            if (values.Count == 0) return;
            RequireClose(values, Sketch(values));
        }).Check(SameDraws.Config.WithMaxTest(300).WithEndSize(2_000));

    [Fact]
    public void A_merge_of_parts_is_the_sketch_of_the_whole_in_any_order() =>
        Prop.ForAll(Values, values =>
        {
            var parts = values.Select((value, i) => (value, i)).GroupBy(pair => pair.i % 3, pair => pair.value).Select(Sketch).ToList();
            var forward = new QuantileSketch();
            foreach (var part in parts) forward.Merge(part);
            var backward = new QuantileSketch();
            foreach (var part in Enumerable.Reverse(parts)) backward.Merge(part);
            Assert.Equal(Sketch(values).ToBytes(), forward.ToBytes());
            Assert.Equal(forward.ToBytes(), backward.ToBytes());
        }).Check(SameDraws.Config.WithMaxTest(200).WithEndSize(500));

    [Fact]
    public void A_sketch_survives_its_bytes() =>
        Prop.ForAll(Values, values =>
        {
            var sketch = Sketch(values);
            var again = QuantileSketch.FromBytes(sketch.ToBytes());
            Assert.Equal(sketch.Count, again.Count);
            Assert.Equal(sketch.ToBytes(), again.ToBytes());
            if (values.Count > 0) RequireClose(values, again);
        }).Check(SameDraws.Config.WithMaxTest(200).WithEndSize(500));

    [Fact]
    public void Bins_are_bounded_and_the_high_quantiles_stay_within_one_percent_when_the_lowest_become_one()
    {
        // 300 orders of magnitude need some 35,000 bins.
        var values = Enumerable.Range(0, 200_000).Select(i => Math.Pow(10, i * 7_919L % 200_000 / 200_000.0 * 318 - 11)).ToList();
        var sketch = Sketch(values);
        Assert.True(sketch.ToBytes().Length < 16_384);
        values.Sort();
        foreach (var q in new[] { 0.95, 0.99, 0.999, 1 }) RequireClose(values[(int)Math.Floor(q * (values.Count - 1))], sketch.Quantile(q));
        Assert.Equal(200_000, sketch.Count);
    }

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    [InlineData(1e-12)]
    [InlineData(-3)]
    public void The_largest_and_smallest_values_are_told_within_one_percent(double value) => RequireClose([value], Sketch([value]));

    [Fact]
    public void What_is_not_a_number_is_refused_and_an_empty_sketch_has_no_quantile()
    {
        Assert.True(double.IsNaN(new QuantileSketch().Quantile(0.5)));
        Assert.Equal(0, Sketch([double.Epsilon, -1e-13]).Quantile(1));
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileSketch().Add(bad));
        foreach (var q in new[] { -0.1, 1.1, double.NaN }) Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileSketch().Quantile(q));
    }

    [Fact]
    public void Bytes_that_are_no_sketch_are_refused_in_words() =>
        Prop.ForAll(Gen.Choose(0, 255).ListOf().ToArbitrary(), bytes =>
        {
            try
            {
                QuantileSketch.FromBytes([.. bytes.Prepend(1).Select(value => (byte)value)]);
            }
            catch (FormatException e)
            {
                Assert.StartsWith("A sketch", e.Message);
            }
        }).Check(SameDraws.Config.WithMaxTest(500));

    private static QuantileSketch Sketch(IEnumerable<double> values)
    {
        var sketch = new QuantileSketch();
        foreach (var value in values) sketch.Add(value);
        return sketch;
    }

    private static void RequireClose(IReadOnlyCollection<double> values, QuantileSketch sketch)
    {
        var sorted = values.Order().ToList();
        foreach (var q in Shares) RequireClose(sorted[(int)Math.Floor(q * (sorted.Count - 1))], sketch.Quantile(q));
    }

    private static void RequireClose(double exact, double told) =>
        Assert.True(Math.Abs(told - exact) <= Math.Abs(exact) * (QuantileSketch.Accuracy + 1e-9), $"exact {exact:r}, sketch says {told:r}");
}
