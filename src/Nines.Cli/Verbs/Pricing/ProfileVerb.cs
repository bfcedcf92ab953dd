using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Time;
using Nines.Pricing;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Cli.Verbs.Pricing;

/// <summary><c>nines price profile</c>: what was learnt from a series, and how good it is.</summary>
internal static class ProfileVerb
{
    public static Command Create(ReadContext context)
    {
        var name = new Argument<string?>("name") { Description = "A loss or a series of the pricing; else all losses that have a profile are listed", Arity = ArgumentArity.ZeroOrOne, HelpName = "NAME" };
        var picture = new Option<string?>("--picture") { Description = "Also draw the week into this SVG file; one that is there is replaced", HelpName = "FILE" };
        var pricing = PricingOption.Create();
        return ReadVerb.Create(context, "profile", "What a profile expects in each hour of the week, and its error on weeks that it had not seen", [name, picture, pricing], async (parsed, ledger, _, cancellation) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            if (parsed.GetValue(name) is not { } wanted) return List(plan);
            var profile = Find(wanted, plan);
            if (parsed.GetValue(picture) is { } file) await WholeFile.WriteAsync(file, ProfilePicture.Of(profile), "NIN4016", "the picture", cancellation);
            return Show(wanted, profile, plan);
        });
    }

    /// <summary>A loss's profile leaves its component's outages out; a series that no loss uses has none to leave out.</summary>
    private static SeasonalProfile Find(string name, PricingPlan plan)
    {
        var profiles = ProfilesOf(plan).ToList();
        if (profiles.Find(one => one.Name == name).Profile is { } own) return own;
        if (profiles.Find(one => one.Profile.Series.Name == name).Profile is { } used) return used;
        if (plan.Sources.Series.Names.Contains(name)) return SeasonalProfile.Learn(plan.Sources.Series.Open(name), new ProfileLossOptions { Series = name }, []);
        var known = profiles.Select(one => one.Name).Concat(plan.Sources.Series.Names).ToList();
        throw new PricingException("NIN4269", $"There is neither a loss with a profile nor a series '{name}'.{DidYouMean.Sentence(name, known)} {(known.Count == 0 ? "The pricing has none." : $"There are {string.Join(", ", known)}.")}");
    }

    private static IEnumerable<(string Name, SeasonalProfile Profile)> ProfilesOf(PricingPlan plan) =>
        plan.Models.OfType<IProfiled>().Where(model => model.Profile is not null).Select(model => (model.Name, model.Profile!));

    private static Result List(PricingPlan plan)
    {
        var profiles = ProfilesOf(plan).ToList();
        return Result.Of(
            new { Schema = "nines.price_profiles/1", Plan = plan.Digest, Profiles = profiles.Select(one => ProfileDocument.Of(one.Name, one.Profile, plan.Digest)) },
            "profiles",
            new Table(["LOSS", "SERIES", "FROM", "TO", "WAPE", "FLAT RATE", "LAST WEEK", "BETTER"],
                [.. profiles.Select(one => (ImmutableArray<string>)
                [
                    one.Name, one.Profile.Series.Name, ProfileText.Day(one.Profile.Series.From, one.Profile), ProfileText.Day(one.Profile.Series.To - Duration.Epsilon, one.Profile), ProfileText.Percent(one.Profile.Test?.Profile.Wape),
                    ProfileText.Percent(one.Profile.Test?.Flat.Wape), ProfileText.Percent(one.Profile.Test?.LastWeek.Wape), one.Profile.Test is null ? "not tested" : one.Profile.Test.IsBetter ? "yes" : "no",
                ])]) { WhenEmpty = "No loss of the pricing has a profile." },
            "WAPE on weeks that the profile had not seen: Σ |actual − forecast| / Σ actual.");
    }

    private static Result Show(string name, SeasonalProfile profile, PricingPlan plan)
    {
        var series = profile.Series;
        var tables = profile.Test is { } test
            ? (ImmutableArray<Table>)
            [
                new Table(["FORECAST", "MAPE", "WAPE"],
                [
                    ["this profile", ProfileText.Percent(test.Profile.Mape), ProfileText.Percent(test.Profile.Wape)],
                    ["flat rate", ProfileText.Percent(test.Flat.Mape), ProfileText.Percent(test.Flat.Wape)],
                    ["same time last week", ProfileText.Percent(test.LastWeek.Mape), ProfileText.Percent(test.LastWeek.Wape)],
                ]),
            ]
            : [];
        return Result.Of(
            ProfileDocument.Of(name, profile, plan.Digest),
            "week",
            tables,
            [
                .. ProfileChart.Of(profile),
                string.Create(CultureInfo.InvariantCulture, $"{series.Source}: {series.Known:N0} steps of {DurationText.Print(series.Steps.Length)}, {ProfileText.Day(series.From, profile)} to {ProfileText.Day(series.To - Duration.Epsilon, profile)}, {series.Unit}; {profile.LeftOut:N0} slots in outages left out."),
                .. profile.Test is { } held ? (IEnumerable<string>)[string.Create(CultureInfo.InvariantCulture, $"Tested on {held.Slots:N0} slots of {held.Weeks} held-out weeks, each forecast from what lies before it{(held.Zeros > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {held.Zeros:N0} slots of nothing are in WAPE only") : "")}.")] : [],
                .. ProfileText.Assumptions(profile, series.To - Duration.FromHours(1), series.To),
            ]);
    }
}
