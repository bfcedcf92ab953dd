using Nines.Simulation.Soak;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>A day of healthy targets; <c>bench/run scenarios</c> does the same with 500.</summary>
public sealed class SoakTests
{
    private static readonly Duration Day = Duration.FromHours(24), Every = Duration.FromSeconds(30);

    /// <summary>
    /// With one look of 1,000 lost, each for itself, two in a row are dealt 0.14 times among these 144,000: a look that is lost and a second one,
    /// made at once, that is lost too cannot be told from an outage. With this seed there are none.
    /// </summary>
    [Fact]
    public void A_day_of_healthy_targets_behind_a_noisy_path_has_blips_and_no_outage()
    {
        var plan = new SoakPlan(Seed: 1, Targets: 50, Every, Day, LossShare: 0.001);
        var account = SoakRun.Of(plan);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {plan.Seed}: {account}");

        Assert.Equal(0, account.DoubleLosses);
        Assert.Equal(0, account.Outages);
        Assert.InRange(account.Losses, 100, 200);
        Assert.Equal(account.Losses, account.Blips);
        Assert.True(account.ProbeFaults > 50, $"{account.ProbeFaults} probe faults");
        Assert.True(account.Coverage >= 0.999m, $"coverage {account.Coverage}");
        Assert.True(account.Looks > 143_000, $"{account.Looks} looks");
    }

    /// <summary>That the soak can fail: where losses come in pairs, outages are told, and not more than pairs.</summary>
    [Fact]
    public void Losses_that_come_in_pairs_are_outages_and_no_others_are()
    {
        var account = SoakRun.Of(new SoakPlan(Seed: 1, Targets: 10, Every, Duration.FromHours(6), LossShare: 0.1));

        Assert.InRange(account.DoubleLosses, 20, 300);
        Assert.InRange(account.Outages, 1, account.DoubleLosses);
    }
}
