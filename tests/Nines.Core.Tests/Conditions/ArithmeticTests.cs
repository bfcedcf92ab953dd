using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Testing;

namespace Nines.Core.Tests.Conditions;

public sealed class ArithmeticTests
{
    private static readonly BigInteger Huge = BigInteger.Pow(10, 30);

    private static bool Holds(string text, params (string Signal, SignalValue Value)[] given)
    {
        var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
        var condition = ConditionParserTests.Understood(text, vocabulary);
        var values = Enumerable.Repeat(SignalValue.Missing, vocabulary.Schema.Signals.Length).ToArray();
        foreach (var (signal, value) in given) values[vocabulary.Schema.IndexOf(signal)] = value;
        return condition.Holds.IsTrue(values);
    }

    private static bool Holds(string text, BigInteger supply, BigInteger locked, BigInteger staked = default) =>
        Holds(text, ("supply()", SignalValue.Of(supply)), ("locked()", SignalValue.Of(locked)), ("staked()", SignalValue.Of(staked)));

    [Fact]
    public void An_invariant_broken_by_one_unit_in_a_number_of_thirty_digits_is_seen()
    {
        Assert.True(Holds("supply() <= locked() + staked()", Huge + 1, Huge, 1));
        Assert.False(Holds("supply() <= locked() + staked()", Huge + 2, Huge, 1));
        Assert.True(Holds("supply() >= locked() * 1.1", Huge * 11, Huge * 10));
        Assert.False(Holds("supply() >= locked() * 1.1", Huge * 11 - 1, Huge * 10));
        Assert.True(Holds("abs(supply() - locked()) <= 0.5% * locked()", 995 * Huge, 1000 * Huge));
        Assert.False(Holds("abs(supply() - locked()) <= 0.5% * locked()", 995 * Huge - 1, 1000 * Huge));
        Assert.True(Holds("supply() / 3 * 3 == locked()", Huge + 1, Huge + 1));
    }

    [Fact]
    public void An_amount_with_decimals_is_as_exact_as_a_whole_number()
    {
        var dai = SignalValue.Of(new ExactDecimal(Huge + 1, 18));
        var usdc = SignalValue.Of(new ExactDecimal(BigInteger.Pow(10, 18), 6));
        Assert.False(Holds("supply() == locked()", ("supply()", dai), ("locked()", usdc)));
        Assert.True(Holds("supply() > locked()", ("supply()", dai), ("locked()", usdc)));
        Assert.True(Holds("supply() > 1000000000000", ("supply()", dai)));
        Assert.False(Holds("supply() <= 1000000000000", ("supply()", dai)));
        Assert.True(Holds("supply() - locked() == 1e-18", ("supply()", dai), ("locked()", usdc)));
        Assert.Equal("1000000000000.000000000000000001", dai.ToString());
    }

    [Theory]
    [InlineData("supply() + locked() == 3")]
    [InlineData("supply() + locked() != 3")]
    [InlineData("abs(supply() - locked()) >= 0")]
    [InlineData("not supply() + locked() == 3")]
    [InlineData("locked() * 0 == supply() * 0")]
    public void Nothing_that_needs_a_missing_value_holds(string text)
    {
        Assert.False(Holds(text, ("locked()", SignalValue.Of(1d))));
        Assert.False(Holds(text, ("locked()", SignalValue.Of(1d)), ("supply()", SignalValue.Of("1"))));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(0.5)]
    public void Nothing_that_is_divided_by_zero_holds(double supply)
    {
        foreach (var text in (string[])["supply() / locked() < 2", "supply() / locked() >= 2", "not supply() / locked() < 2", "supply() / (locked() * 0.1) < 1"])
            Assert.False(Holds(text, ("supply()", SignalValue.Of(supply)), ("locked()", SignalValue.Of(0d))));
    }

    [Theory]
    [InlineData("round_trip < 2 * first_byte + 100ms", true)]
    [InlineData("round_trip / first_byte < 150%", false)]
    [InlineData("(round_trip - first_byte) * 2 == 1s", true)]
    [InlineData("abs(first_byte - round_trip) <= 50% * round_trip", true)]
    public void Times_are_reckoned_with_too(string text, bool holds) =>
        Assert.Equal(holds, Holds(text, ("round_trip", SignalValue.Of(1.5)), ("first_byte", SignalValue.Of(1.0))));

    [Fact]
    public void Every_sum_and_product_of_whole_numbers_agrees_with_integer_arithmetic()
    {
        var number = Gen.OneOf(
            Gen.Choose(-20, 20).Select(small => new BigInteger(small)),
            ArbMap.Default.GeneratorFor<long>().Select(large => new BigInteger(large)),
            ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => new BigInteger(bytes.AsSpan(0, Math.Min(bytes.Length, 32)))));
        var three = from a in number from b in number from c in number select (a, b, c);
        Prop.ForAll(three.ToArbitrary(), numbers =>
        {
            var (a, b, c) = numbers;
            foreach (var (right, expected) in new[] { ("locked() + staked()", b + c), ("locked() - staked()", b - c), ("locked() * staked()", b * c), ("abs(locked() * 3 - staked())", BigInteger.Abs(b * 3 - c)) })
                if (Holds($"supply() < {right}", a, b, c) != a < expected || Holds($"supply() == {right}", expected, b, c) is false || Holds($"supply() == {right}", expected + 1, b, c)) return false;
            return c.IsZero || Holds("supply() < locked() / staked()", a, b, c) == (c.Sign > 0 ? a * c < b : a * c > b);
        }).Check(SameDraws.Config.WithMaxTest(2_000));
    }

    [Fact]
    public void Decimal_factors_agree_with_decimal_arithmetic()
    {
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var (debt, factor) = ((decimal)random.NextInt64(1L << 60), random.Next(1, 99_999) / 10_000m);
            var collateral = debt * factor;
            var (floor, isWhole) = (decimal.Floor(collateral), collateral == decimal.Floor(collateral));
            var text = $"supply() >= locked() * {factor.ToString(CultureInfo.InvariantCulture)}";
            Assert.Equal(isWhole, Holds(text, new BigInteger(floor), new BigInteger(debt)));
            Assert.True(Holds(text, new BigInteger(floor) + 1, new BigInteger(debt)));
        }
    }

    [Theory]
    [InlineData("head_age + head_lag < 5s", 12, "head_age is a duration and head_lag is a number of blocks: only values of the same unit add up.")]
    [InlineData("head_age - status < 5s", 12, "head_age is a duration and status is a plain number: only values of the same unit can be subtracted.")]
    [InlineData("head_age + 5 < 10s", 12, "head_age is a duration, so 5 needs a unit: 5s?")]
    [InlineData("head_age + 5s < 10", 17, "head_age + 5s is a duration, so 10 needs a unit: 10s?")]
    [InlineData("round_trip * first_byte < 1s", 14, "round_trip is a duration and first_byte is a duration: one of two factors has to be a plain number or a share.")]
    [InlineData("status / round_trip < 1", 10, "status is a plain number and round_trip is a duration: divide by a plain number, a share, or a value of the same unit.")]
    [InlineData("supply() < locked() + size", 23, "locked() is a plain number and size is a size: only values of the same unit add up.")]
    [InlineData("supply() < 2 * head_age", 12, "supply() is a plain number and 2 * head_age is a duration: only values of the same unit compare.")]
    [InlineData("paused + 1 < 2", 1, "paused is true or false: it cannot be reckoned with.")]
    [InlineData("client * 2 == 4", 1, "client is a text: it cannot be reckoned with.")]
    [InlineData("supply() + locked()", 1, "supply() + locked() is a plain number: compare it, for example supply() + locked() < 200")]
    [InlineData("(supply() < 1) + 2 < 3", 16, "Only numbers can be reckoned with, and what is beside this is true or false.")]
    [InlineData("1 + 1 < supply()", 1, "The signal stands on the left, the value on the right: round_trip < 800ms. Here '1 + 1' is on the left.")]
    [InlineData("abs 5 < supply()", 5, "What abs is of stands in brackets: abs(a - b)")]
    [InlineData("supply() + 3kb < 5", 13, "'kb' is no unit. Write a time as 1.5s, blocks as 3 blocks, a size as 10 KiB, a share as 5%.")]
    [InlineData("suply() <= locked()", 1, "There is no suply() here. Did you mean 'supply()'?")]
    [InlineData("reverted(swop)", 1, "There is no reverted(swop) here. Did you mean 'reverted(swap)'?")]
    [InlineData("supply <= locked()", 1, "There is no signal 'supply' here. Did you mean 'supply()'?")]
    [InlineData("supply(x", 9, "Expected ')' behind supply(x, found the end.")]
    [InlineData("supply() * 1e-399 / 100000 < 1e-401", 30, "This number is too large, or too small.")]
    public void A_mistake_in_arithmetic_says_where_it_is_and_why(string text, int column, string message)
    {
        var mistake = Assert.IsType<ConditionReading.Mistaken>(ConditionParser.Parse(text, new SignalVocabulary(ConditionParserTests.Signals))).Mistake;
        Assert.Equal((column, message), (mistake.Column, mistake.Message));
    }

    [Theory]
    [InlineData("supply()-1<locked()", "supply() - 1 < locked()")]
    [InlineData("supply() -1 < locked()", "supply() - 1 < locked()")]
    [InlineData("(supply() + (locked())) * 2 < 4", "(supply() + locked()) * 2 < 4")]
    [InlineData("supply() - (locked() - staked()) < ((4))", "supply() - (locked() - staked()) < 4")]
    [InlineData("supply() / (locked() * staked()) >= 1.50", "supply() / (locked() * staked()) >= 1.5")]
    [InlineData("supply() < 1000000000000000000 * locked()", "supply() < 1e18 * locked()")]
    [InlineData("round_trip < 2 * first_byte + 1m30s", "round_trip < 2 * first_byte + 90s")]
    [InlineData("round_trip + 1500us < first_byte", "round_trip + 1500us < first_byte")]
    [InlineData("abs( supply() - locked() )<= .5% * locked()", null)]
    [InlineData("abs( supply() - locked() )<= 0.50 % * locked()", "abs(supply() - locked()) <= 0.5% * locked()")]
    [InlineData("not (supply() + 1 < 5)", "not (supply() + 1 < 5)")]
    [InlineData("not (supply() + 1) * 2 < 5", "not ((supply() + 1) * 2 < 5)")]
    [InlineData("size * 2 < 1024 B + 1 B", "size * 2 < 1 KiB + 1 B")]
    public void Arithmetic_is_printed_in_one_form(string text, string? canonical)
    {
        var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
        if (canonical is null) Assert.IsType<ConditionReading.Mistaken>(ConditionParser.Parse(text, vocabulary));
        else Assert.Equal(canonical, ConditionParserTests.Understood(text, vocabulary).Holds.ToCanonicalText(vocabulary.Schema));
    }

    [Theory]
    [InlineData("head_age < 2 * 12s + 24s", 12.0)]
    [InlineData("head_age < 48s and supply() + 1 > 0", 12.0)]
    [InlineData("head_age < 24s + first_byte", null)]
    [InlineData("head_age - 24s < 24s", null)]
    public void An_age_below_a_limit_that_is_worked_out_tells_since_when(string text, double? ago)
    {
        var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
        var condition = ConditionParserTests.Understood(text, vocabulary);
        var values = Enumerable.Repeat(SignalValue.Of(1d), vocabulary.Schema.Signals.Length).ToArray();
        values[vocabulary.Schema.IndexOf("head_age")] = SignalValue.Of(60d);
        Assert.False(condition.Holds.IsTrue(values));
        Assert.Equal(ago, condition.Holds.BrokenForSeconds(vocabulary.Schema, values, out _));
        Assert.Equal(ago is null ? "begins at the observation that sees it" : "begins at last progress + 48s", condition.Explain(vocabulary.Schema).Onset.Split(" or ")[0]);
    }

    [Fact]
    public void A_number_beside_a_text_holds_neither_way()
    {
        var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
        var condition = ConditionParserTests.Understood("status != json($.a)", vocabulary);
        var values = Enumerable.Repeat(SignalValue.Of(1d), vocabulary.Schema.Signals.Length).ToArray();
        Assert.False(condition.Holds.IsTrue(values));
        values[^1] = SignalValue.Of("1");
        Assert.False(condition.Holds.IsTrue(values));
        values[^1] = SignalValue.Of(2d);
        Assert.True(condition.Holds.IsTrue(values));
    }

    [Fact]
    public void Every_signal_of_a_sum_is_mentioned_once_for_each_time()
    {
        var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
        var condition = ConditionParserTests.Understood("abs(supply() - locked()) <= 2% * locked() + 1", vocabulary);
        Assert.Equal(["supply()", "locked()", "locked()"], condition.Holds.Mentioned().Select(index => vocabulary.Schema.Signals[index].ToString()));
    }

    [Fact]
    public void Sums_of_numbers_that_a_double_holds_are_worked_out_without_allocating()
    {
        var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
        var condition = ConditionParserTests.Understood("abs(supply() - locked()) * 200 <= staked() + status and round_trip < 2 * first_byte + 0.1s", vocabulary);
        var values = Enumerable.Repeat(SignalValue.Of(5d), vocabulary.Schema.Signals.Length).ToArray();
        values[vocabulary.Schema.IndexOf("first_byte")] = SignalValue.Of(4.25);
        Assert.True(condition.Holds.IsTrue(values));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) condition.Holds.IsTrue(values);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
