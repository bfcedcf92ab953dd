using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>What is remembered over restarts and over thousands of outages, and what never is.</summary>
public sealed class MemoryTests
{
    [Fact]
    public void What_counts_as_waiting_survives_a_restart()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).TimedOut("shop", 20).TimedOut("shop", 22).Restart(24).TimedOut("shop", 24).TimedOut("shop", 26).Good("shop", 28, takes: 1.4);
        Assert.Contains("up 28.7", scene.Likely("shop"));
    }

    [Fact]
    public void Being_off_is_unknown_time_and_the_outage_keeps_its_name()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Restart(14).Refused("shop", 14.5).Refused("shop", 15).Good("shop", 20);
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 11.1, down 14.6, up 17.55", scene.Likely("shop"));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_suspicion_survives_a_restart()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Restart(11).Refused("shop", 11.5);
        Assert.Contains("down 5.05", scene.Likely("shop"));
    }

    [Fact]
    public void A_gate_remembers_no_more_after_a_thousand_outages_of_what_it_needs_than_after_a_hundred()
    {
        var scene = new Scene(Probed("node"), Gate("pool", On("node")));
        int Remembered(int outages, double from)
        {
            for (var i = 0; i < outages; i++)
            {
                var t = from + i * 60;
                scene.Good("node", t).Good("node", t + 10).Refused("node", t + 20).Refused("node", t + 21).Good("node", t + 30);
            }
            return scene.Judge.TakeMemory().Single(piece => piece.Key == "scope pool ").Value.Length;
        }

        var early = Remembered(100, 0);
        Assert.InRange(Remembered(900, 6_000), 1, early * 2);
        Assert.Equal("pool-1000", scene.Outages("pool").Split(", ")[^1]);
    }

    [Fact]
    public void A_target_that_flaps_for_hours_and_never_holds_is_one_outage_and_bounded_memory()
    {
        var scene = new Scene(Probed("shop"), Gate("site", On("shop"))).Good("shop", 0);
        var most = 0;
        for (var t = 10; t < 9_000; t += 3)
        {
            scene.Refused("shop", t).Refused("shop", t + 1).Good("shop", t + 2);
            if (t % 100 == 0) most = Math.Max(most, scene.Judge.TakeMemory().Max(piece => piece.Value.Length));
        }
        Assert.InRange(most, 1, 1 << 20);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Equal("site-1", scene.Outages("site"));
        // Each change tells what changed, not all that came before it.
        Assert.True(scene.Facts.OfType<Core.Facts.TimelineRevised>().Max(fact => fact.Segments.Length) < 50);
        scene.Refused("shop", 9_000.3).Refused("shop", 9_000.6).Restart(9_001).Refused("shop", 9_005).Refused("shop", 9_006).Good("shop", 9_010).Good("shop", 9_020).Refused("shop", 9_030).Refused("shop", 9_031);
        Assert.Equal("shop-1, shop-2", scene.Outages("shop"));
    }

    [Fact]
    public void A_credential_that_the_target_sends_back_is_in_no_cause_evidence_or_memory()
    {
        var schema = Core.Observations.SignalSchema.Of(new Core.Observations.SignalDefinition("header", Core.Observations.SignalUnit.Text, "A header."));
        var shop = Probed("shop", conditions: [new Core.Conditions.Condition("header == \"x\"", new Core.Conditions.Expression.Compare(0, Core.Conditions.Comparison.Equal, new Core.Conditions.Literal.Text("x")), State.Down)]);
        shop = shop with { Probes = [shop.Probes[0] with { Signals = schema, Redaction = Redaction.For(new Uri("http://shop.example/?api_key=s3cr3t"), []) }] };
        var scene = new Scene(shop);
        foreach (var second in new[] { 10, 11, 12 })
            scene.Judge.Observe(new Core.Observations.Observation(shop.Probes[0].Id, new("here"), At(second), At(second + 0.1), new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)),
                [Core.Observations.SignalValue.Of("/?api_key=s3cr3t")]), scene.Facts);
        var kept = scene.Facts.Select(fact => Core.Facts.FactJson.Write(fact)).Concat(scene.Judge.TakeMemory().Select(piece => piece.Value)).Select(bytes => System.Text.Encoding.UTF8.GetString(bytes)).ToArray();
        Assert.Contains(kept, text => text.Contains("api_key", StringComparison.Ordinal));
        Assert.DoesNotContain(kept, text => text.Contains("s3cr3t", StringComparison.Ordinal));
    }

    private static Scene One() => new(Probed("shop"));
}
