using System.Collections.Immutable;
using System.Numerics;
using Nines.Core.Conditions;
using Nines.Core.Observations;

namespace Nines.Core.Tests.Conditions;

public sealed class ConditionParserTests
{
    internal static readonly ImmutableArray<SignalDefinition> Signals =
    [
        new("status", SignalUnit.None, "Status code."),
        new("round_trip", SignalUnit.Seconds, "Time to the last byte."),
        new("first_byte", SignalUnit.Seconds, "Time to the first byte."),
        new("head_age", SignalUnit.Seconds, "Age of the head.") { Onset = SignalOnset.Since, Granularity = 1 },
        new("head_lag", SignalUnit.Blocks, "Behind the best head.") { Scope = SignalScope.Group },
        new("size", SignalUnit.Bytes, "Bytes of the body."),
        new("misses", SignalUnit.Ratio, "Share of slots missed."),
        new("paused", SignalUnit.Flag, "The contract is paused."),
        new("client", SignalUnit.Text, "Client version."),
        new("body", SignalUnit.Flag, "Searches the body.") { TakesArgument = true },
        new("json", SignalUnit.Any, "A value in the body.") { TakesArgument = true },
        new("header", SignalUnit.Text, "A header.") { TakesArgument = true },
        new("supply()", SignalUnit.None, "A read that the config named."),
        new("locked()", SignalUnit.None, "Another."),
        new("staked()", SignalUnit.None, "A third."),
        new("reverted(swap)", SignalUnit.Flag, "What became of an action that the config named."),
    ];

    private static readonly int Plain = Signals.Count(signal => !signal.TakesArgument);

    internal static Condition Understood(string text, SignalVocabulary? vocabulary = null)
    {
        var reading = ConditionParser.Parse(text, vocabulary ?? new SignalVocabulary(Signals));
        return Assert.IsType<ConditionReading.Understood>(reading).Condition;
    }

    private static ConditionMistake Mistaken(string text) =>
        Assert.IsType<ConditionReading.Mistaken>(ConditionParser.Parse(text, new SignalVocabulary(Signals))).Mistake;

    [Theory]
    [InlineData("round_trip < 800ms", 0.8)]
    [InlineData("round_trip < 1.5s", 1.5)]
    [InlineData("round_trip < 2h", 7200)]
    [InlineData("round_trip < 1m30s", 90)]
    [InlineData("round_trip < 250 us", 0.00025)]
    [InlineData("round_trip < 3 µs", 0.000003)]
    [InlineData("head_lag < 3 blocks", 3)]
    [InlineData("head_lag < 1block", 1)]
    [InlineData("size < 10 KiB", 10240)]
    [InlineData("size < 2MB", 2e6)]
    [InlineData("misses < 5%", 0.05)]
    [InlineData("misses < 4.5 %", 0.045)]
    [InlineData("misses < 0.05", 0.05)]
    [InlineData("status < 500", 500)]
    [InlineData("status < -5", -5)]
    public void A_literal_is_converted_once_into_the_unit_of_its_signal(string text, double expected)
    {
        var compare = Assert.IsType<Expression.Compare>(Understood(text).Holds);
        Assert.Equal(Comparison.Less, compare.Comparison);
        Assert.Equal(new Literal.Number(expected), compare.Literal);
    }

    [Fact]
    public void A_whole_number_beyond_what_a_double_holds_stays_exact()
    {
        var wei = Assert.IsType<Expression.Compare>(Understood("json($.result) >= 1000000000000000000001").Holds);
        Assert.Equal(new Literal.Whole(BigInteger.Parse("1000000000000000000001")), wei.Literal);
        Assert.Equal(new Literal.Whole(BigInteger.Pow(10, 18)), Assert.IsType<Expression.Compare>(Understood("status < 1e18").Holds).Literal);
        Assert.Equal(new Literal.Number(9007199254740992), Assert.IsType<Expression.Compare>(Understood("status < 9007199254740992").Holds).Literal);
    }

    [Fact]
    public void Not_binds_tighter_than_and_which_binds_tighter_than_or()
    {
        var or = Assert.IsType<Expression.Or>(Understood("paused or not paused and status == 200").Holds);
        Assert.IsType<Expression.Is>(or.Left);
        var and = Assert.IsType<Expression.And>(or.Right);
        Assert.IsType<Expression.Not>(and.Left);
        Assert.IsType<Expression.And>(Understood("(paused or not paused) and status == 200").Holds);
        Assert.IsType<Expression.Compare>(Assert.IsType<Expression.Not>(Understood("not status == 200").Holds).Inner);
    }

    [Fact]
    public void The_clauses_say_how_often_until_when_and_what_follows()
    {
        var condition = Understood("head_lag < 3 blocks after 2 in a row until head_lag <= 1 block else degraded");
        Assert.Equal(2, condition.InARow);
        Assert.Equal(new Expression.Compare(4, Comparison.LessOrEqual, new Literal.Number(1)), condition.Until);
        Assert.Equal(State.Degraded, condition.Otherwise);
        Assert.Equal(State.EffectivelyDown, Understood("status == 200 else effectively down").Otherwise);
        Assert.Equal(State.EffectivelyDown, Understood("status == 200 else effectively_down").Otherwise);
        Assert.Equal(State.Down, Understood("status == 200 else down").Otherwise);
        Assert.Equal(State.EffectivelyDown, Understood("status == 200").Otherwise);
    }

    [Fact]
    public void Signals_with_arguments_follow_the_plain_ones_in_the_order_in_which_they_are_met()
    {
        var vocabulary = new SignalVocabulary(Signals);
        Understood("""json($.a["b c"][0]) == "ok" and header("X-Y") == "z" """, vocabulary);
        var again = Understood("""body contains "say \"hi\"" and json($.a["b c"][0]) == "ok" and body matches "\d+\.\d" """, vocabulary);
        Assert.Equal(Plain + 4, vocabulary.Schema.Signals.Length);
        Assert.Equal(new SignalRef(Signals[10], "path", """$.a["b c"][0]"""), vocabulary.Schema.Signals[Plain]);
        Assert.Equal(new SignalRef(Signals[11], "name", "X-Y"), vocabulary.Schema.Signals[Plain + 1]);
        Assert.Equal(new SignalRef(Signals[9], "contains", "say \"hi\""), vocabulary.Schema.Signals[Plain + 2]);
        Assert.Equal(new SignalRef(Signals[9], "matches", @"\d+\.\d"), vocabulary.Schema.Signals[Plain + 3]);
        Assert.Equal([Plain + 2, Plain, Plain + 3], again.Holds.Mentioned());
    }

    [Fact]
    public void A_condition_that_is_not_understood_leaves_no_signals_behind()
    {
        var vocabulary = new SignalVocabulary(Signals);
        Assert.IsType<ConditionReading.Mistaken>(ConditionParser.Parse("""body contains "x" and nonsense""", vocabulary));
        Assert.Equal(Plain, vocabulary.Schema.Signals.Length);
    }

    [Theory]
    [InlineData("round_trip < 800", 14, ConditionMistakeKind.Unit, "round_trip is a duration, so 800 needs a unit: 800ms?")]
    [InlineData("head_age < 48", 12, ConditionMistakeKind.Unit, "head_age is a duration, so 48 needs a unit: 48s?")]
    [InlineData("head_lag < 3", 12, ConditionMistakeKind.Unit, "head_lag is a number of blocks, so 3 needs a unit: 3 blocks?")]
    [InlineData("head_lag < 3s", 13, ConditionMistakeKind.Unit, "head_lag is a number of blocks: 's' is not a unit of it. Use block, blocks. Write for example 3 blocks")]
    [InlineData("round_trip < 3 sec", 16, ConditionMistakeKind.Unit, "round_trip is a duration: 'sec' is not a unit of it. Use d, h, m, s, ms, us, µs, ns. Did you mean 3s?")]
    [InlineData("size < 3kb", 9, ConditionMistakeKind.Unit, "size is a size: 'kb' is not a unit of it. Use B, kB, MB, GB, KiB, MiB, GiB. Did you mean 3 kB?")]
    [InlineData("status == 200ms", 14, ConditionMistakeKind.Unit, "status is a plain number without a unit: write 200")]
    [InlineData("status == \"200\"", 11, ConditionMistakeKind.Unit, "status is a plain number, not the text \"200\": write for example 200")]
    [InlineData("paused < true", 8, ConditionMistakeKind.Unit, "paused is true or false, which has no order: compare with == or !=.")]
    [InlineData("client", 1, ConditionMistakeKind.Unit, "client is a text: compare it, for example client == \"ok\"")]
    [InlineData("round_trip < status", 14, ConditionMistakeKind.Unit, "round_trip is a duration and status is a plain number: only signals of the same unit compare.")]
    [InlineData("round_trip < 30s1m", 17, ConditionMistakeKind.Unit, "A duration of several parts goes from large to small, each with its unit: 1m30s")]
    [InlineData("rount_trip < 1s", 1, ConditionMistakeKind.UnknownSignal, "There is no signal 'rount_trip' here. Did you mean 'round_trip'?")]
    [InlineData("800ms > round_trip", 1, ConditionMistakeKind.Form, "The signal stands on the left, the value on the right: round_trip < 800ms. Here '800ms' is on the left.")]
    [InlineData("status = 200", 8, ConditionMistakeKind.Form, "Write '==' for 'is equal to'.")]
    [InlineData("paused && paused", 8, ConditionMistakeKind.Form, "Write 'and' for '&&'.")]
    [InlineData("!paused", 1, ConditionMistakeKind.Form, "Write 'not' for '!'.")]
    [InlineData("paused else degrated", 13, ConditionMistakeKind.Form, "After 'else' comes degraded, effectively down or down, not 'degrated'. Did you mean 'degraded'?")]
    [InlineData("paused after 0 in a row", 14, ConditionMistakeKind.Form, "Write how many in a row, 1 to 1000: after 2 in a row")]
    [InlineData("(paused", 8, ConditionMistakeKind.Form, "Expected ')' for the '(' in column 1, found the end.")]
    [InlineData("paused)", 7, ConditionMistakeKind.Form, "This ')' closes nothing.")]
    [InlineData("body", 5, ConditionMistakeKind.Form, "Say what to look for: body contains \"ok\", or body matches \"o.*k\"")]
    [InlineData("body contains ok", 15, ConditionMistakeKind.Form, "After 'contains' comes a text in double quotes: body contains \"ok\"")]
    [InlineData("body matches \"(?=x)\"", 14, ConditionMistakeKind.Form, "This is not a pattern that can be used: look-arounds, back-references and very large repeats are left out, because a stranger's answer could make them take for ever.")]
    [InlineData("json($.a..b) == 1", 6, ConditionMistakeKind.Form, "A path goes $.name, $[0] or $[\"any name\"], as deep as you like: $.result.peers[0].id")]
    [InlineData("client contains \"x\"", 8, ConditionMistakeKind.Form, "client cannot be searched: compare it with == or !=.")]
    [InlineData("", 1, ConditionMistakeKind.Form, "The condition is empty. Write for example: round_trip < 800ms")]
    [InlineData("status < 1e999", 10, ConditionMistakeKind.Limit, "This number is too large.")]
    public void A_mistake_says_where_it_is_and_what_to_write(string text, int column, ConditionMistakeKind kind, string message)
    {
        var mistake = Mistaken(text);
        Assert.Equal((kind, column, message), (mistake.Kind, mistake.Column, mistake.Message));
    }

    [Fact]
    public void Length_depth_and_the_number_of_arguments_are_limited()
    {
        Assert.Equal(ConditionMistakeKind.Limit, Mistaken("paused" + new string(' ', 1_000)).Kind);
        Understood(new string('(', 32) + "paused" + new string(')', 32));
        Assert.Equal(ConditionMistakeKind.Limit, Mistaken(new string('(', 33) + "paused" + new string(')', 33)).Kind);
        Assert.Equal(ConditionMistakeKind.Limit, Mistaken(string.Concat(Enumerable.Repeat("not ", 33)) + "paused").Kind);
        var vocabulary = new SignalVocabulary(Signals);
        for (var i = 0; i < SignalVocabulary.MaxWithArguments; i++) Understood($"body contains \"{i}\"", vocabulary);
        Assert.IsType<ConditionReading.Mistaken>(ConditionParser.Parse("body contains \"one more\"", vocabulary));
        Understood("body contains \"7\"", vocabulary);
    }

    [Theory]
    [InlineData("round_trip<0.8s", "round_trip < 800ms else effectively down")]
    [InlineData("round_trip < 90s else down", "round_trip < 90s else down")]
    [InlineData("round_trip < 7200s", "round_trip < 2h else effectively down")]
    [InlineData("round_trip < 1500ms", "round_trip < 1.5s else effectively down")]
    [InlineData("misses < 0.05", "misses < 5% else effectively down")]
    [InlineData("size <= 10240 B", "size <= 10 KiB else effectively down")]
    [InlineData("((paused)) or (paused and (not(status==200)))", "paused or paused and not (status == 200) else effectively down")]
    [InlineData("paused and (paused and paused)", "paused and (paused and paused) else effectively down")]
    [InlineData("(paused or paused) and paused", "(paused or paused) and paused else effectively down")]
    [InlineData("""body contains "\d\\" """, """body contains "\d\\" else effectively down""")]
    [InlineData("head_lag<3blocks after 2 in a row until head_lag<=1 blocks else degraded", "head_lag < 3 blocks after 2 in a row until head_lag <= 1 block else degraded")]
    public void The_canonical_text_is_one_form_for_all_ways_to_write_it(string text, string canonical)
    {
        var vocabulary = new SignalVocabulary(Signals);
        Assert.Equal(canonical, Understood(text, vocabulary).ToCanonicalText(vocabulary.Schema));
    }

    [Theory]
    [InlineData("status == 200", "begins at the observation that sees it")]
    [InlineData("head_age < 48s", "begins at last progress + 48s")]
    [InlineData("head_age <= 2m and status == 200", "begins at last progress + 2m or at the observation that sees it")]
    [InlineData("status == 200 after 2 in a row", "begins at the observation that sees it, for the first of 2 in a row")]
    [InlineData("head_age < 48s or status == 200", "begins at the observation that sees it")]
    [InlineData("not head_age >= 48s", "begins at the observation that sees it")]
    public void The_explanation_says_when_an_outage_begins(string text, string onset)
    {
        var vocabulary = new SignalVocabulary(Signals);
        Assert.Equal(onset, Understood(text, vocabulary).Explain(vocabulary.Schema).Onset);
    }

    [Fact]
    public void The_explanation_of_an_age_agrees_with_how_it_is_judged()
    {
        var vocabulary = new SignalVocabulary(Signals);
        var condition = Understood("head_age < 48s", vocabulary);
        var values = new SignalValue[vocabulary.Schema.Signals.Length];
        values[3] = SignalValue.Of(60d);
        Assert.Equal(12, condition.Holds.BrokenForSeconds(vocabulary.Schema, values, out var granularity));
        Assert.Equal(1, granularity);
        Assert.Equal(SignalScope.Group, Understood("head_lag < 3 blocks", vocabulary).Explain(vocabulary.Schema).Scope);
    }
}
