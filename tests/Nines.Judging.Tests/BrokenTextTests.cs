using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>What people read of a broken condition says what was seen and what must be, each once.</summary>
public sealed class BrokenTextTests
{
    /// <summary>The cause that two looks with these values give.</summary>
    private static string Because(string condition, params (string Signal, SignalValue Value)[] seen)
    {
        var vocabulary = new SignalVocabulary(Definitions);
        var read = ConditionParser.Parse(condition, vocabulary);
        var parsed = Assert.IsType<ConditionReading.Understood>(read).Condition;
        var component = Probed("shop", conditions: parsed);
        component = component with { Probes = [component.Probes[0] with { Signals = vocabulary.Schema }] };
        var scene = new Scene(component);
        for (var second = 10; second <= 10 + parsed.InARow; second++)
            scene.Judge.Observe(new Observation(component.Probes[0].Id, new("here"), At(second), At(second + 0.1), new Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)),
                [.. vocabulary.Schema.Signals.Select(signal => seen.FirstOrDefault(one => one.Signal == signal.ToString()) is { Signal: not null } given ? given.Value : SignalValue.Missing)]), scene.Facts);
        return scene.Facts.OfType<StateChanged>().Last().Because!.Because;
    }

    private static readonly SignalDefinition[] Definitions =
    [
        new("status", SignalUnit.None, "HTTP status."), new("round_trip", SignalUnit.Seconds, "Time."), new("cert_expires_in", SignalUnit.Seconds, "Time."), new("head_lag", SignalUnit.Blocks, "Lag."),
        new("height", SignalUnit.Blocks, "Height."), new("best", SignalUnit.Blocks, "Best."), new("ok", SignalUnit.Flag, "Right."), new("reverted", SignalUnit.Flag, "Would revert.") { ExplainedBy = "reason" },
        new("reason", SignalUnit.Text, "Why."), new("trading_status", SignalUnit.Text, "Of a market."), new("spread", SignalUnit.Ratio, "Of a book."), new("body", SignalUnit.Text, "Page.") { TakesArgument = true },
    ];

    [Fact]
    public void A_flag_is_said_once() => Assert.Equal("ok was false", Because("ok", ("ok", SignalValue.Of(false))));

    [Fact]
    public void A_flag_that_must_not_be_is_said_once_with_its_reason() =>
        Assert.Equal("reverted was true (EnforcedPause())", Because("not reverted", ("reverted", SignalValue.Of(true)), ("reason", SignalValue.Of("EnforcedPause()"))));

    [Theory]
    [InlineData("ok == true", false, "ok was false")]
    [InlineData("ok != true", true, "ok was true")]
    public void A_flag_that_is_compared_is_said_as_one(string condition, bool seen, string said) => Assert.Equal(said, Because(condition, ("ok", SignalValue.Of(seen))));

    [Fact]
    public void A_text_that_is_not_in_a_body_is_said_in_words() =>
        Assert.Equal("body did not contain \"Transfers are open\"", Because("body contains \"Transfers are open\"", ("body contains \"Transfers are open\"", SignalValue.Of(false))));

    [Fact]
    public void A_text_that_must_not_be_in_a_body_is_said_in_words() =>
        Assert.Equal("body contained \"Something went wrong\"", Because("not body contains \"Something went wrong\"", ("body contains \"Something went wrong\"", SignalValue.Of(true))));

    [Fact]
    public void A_pattern_is_said_in_words() => Assert.Equal("body did not match \"^ok\"", Because("body matches \"^ok\"", ("body matches \"^ok\"", SignalValue.Of(false))));

    [Fact]
    public void A_body_that_did_not_come_is_missing() => Assert.Equal("body was missing, and must contain \"x\"", Because("body contains \"x\""));

    [Theory]
    [InlineData("status == 200", 503, "status was 503, and must be 200")]
    [InlineData("status != 200", 200, "status was 200, and must be other than 200")]
    [InlineData("status >= 200 and status < 400 else down", 503, "status was 503, and must be below 400")]
    public void A_number_is_said_with_what_it_must_be(string condition, double seen, string said) => Assert.Equal(said, Because(condition, ("status", SignalValue.Of(seen))));

    [Theory]
    [InlineData("round_trip < 800ms else degraded", 0.9213, "round_trip was 921.3 ms, and must be below 800ms")]
    [InlineData("cert_expires_in > 14d else degraded", 864_000, "cert_expires_in was 10d 00h 00m, and must be above 14d")]
    [InlineData("cert_expires_in > 14d else degraded", -90_000, "cert_expires_in was -1d 01h 00m, and must be above 14d")]
    public void A_time_is_said_in_units_that_can_be_compared(string condition, double seen, string said) =>
        Assert.Equal(said, Because(condition, ("round_trip", SignalValue.Of(seen)), ("cert_expires_in", SignalValue.Of(seen))));

    [Fact]
    public void One_block_is_one_block() => Assert.Equal("head_lag was 1 block, and must be below 1 block", Because("head_lag < 1 block", ("head_lag", SignalValue.Of(1.0))));

    [Fact]
    public void Texts_and_shares_are_said_with_what_they_must_be()
    {
        Assert.Equal("trading_status was \"cancel_only\", and must be \"trading\"", Because("trading_status == \"trading\"", ("trading_status", SignalValue.Of("cancel_only"))));
        Assert.Equal("spread was 2.5 %, and must be below 1%", Because("spread < 1%", ("spread", SignalValue.Of(0.025))));
    }

    [Fact]
    public void Two_signals_are_each_said_once() =>
        Assert.Equal("height was 7 blocks, and must be at least best, which was 9 blocks", Because("height >= best", ("height", SignalValue.Of(7.0)), ("best", SignalValue.Of(9.0))));

    [Fact]
    public void Of_several_only_what_is_broken_is_said()
    {
        Assert.Equal("ok was false", Because("status == 200 and ok", ("status", SignalValue.Of(200.0)), ("ok", SignalValue.Of(false))));
        Assert.Equal("status was 500, and must be 200; ok was false", Because("status == 200 and ok", ("status", SignalValue.Of(500.0)), ("ok", SignalValue.Of(false))));
        Assert.Equal("status was 500, and must be 200; or else status was 500, and must be 204", Because("status == 200 or status == 204", ("status", SignalValue.Of(500.0))));
    }

    [Fact]
    public void What_is_worked_out_is_said_with_its_parts() =>
        Assert.Equal("best was 9 blocks, height was 2 blocks, and must satisfy best - height < 3 blocks", Because("best - height < 3 blocks", ("height", SignalValue.Of(2.0)), ("best", SignalValue.Of(9.0))));

    [Fact]
    public void A_missing_value_says_what_it_must_be() => Assert.Equal("head_lag was missing, and must be below 3 blocks", Because("head_lag < 3 blocks"));
}
