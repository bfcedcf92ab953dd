using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using Nines.Pricing.Windows;
using NodaTime;

namespace Nines.Cli.Verbs.Pricing;

/// <summary><c>nines price window</c>: when a maintenance window costs least.</summary>
internal static class WindowVerb
{
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public static Command Create(ReadContext context)
    {
        var length = new Option<string>("--duration") { Description = "How long the window is", HelpName = "DURATION", Required = true };
        var next = new Option<string>("--next") { Description = "How far ahead to look", HelpName = "DURATION", DefaultValueFactory = _ => "14d" };
        var every = new Option<string>("--every") { Description = "How far apart the starts are that are tried", HelpName = "DURATION", DefaultValueFactory = _ => "15m" };
        var component = new Option<string?>("--component") { Description = "What is taken down; its dependants go down with it. Else everything that has a price", HelpName = "NAME" };
        var zone = new Option<string?>("--zone") { Description = "IANA time zone of hours, days and the output; else that of the first series, else UTC", HelpName = "ZONE" };
        var hours = new Option<string?>("--hours") { Description = "Local hours that the window lies in, such as 22:00-06:00", HelpName = "HH:MM-HH:MM" };
        var days = new Option<string?>("--days") { Description = "Local days on which it begins, such as sat,sun", HelpName = "DAYS" };
        var pricing = PricingOption.Create();
        return ReadVerb.Create(context, "window", "What a maintenance window would cost, and when it costs least", [length, next, every, component, zone, hours, days, pricing], (parsed, ledger, _, _) =>
        {
            var plan = PricingOption.Open(parsed, pricing, ledger);
            var search = WindowSearch.Of(ledger, plan, new WindowRequest
            {
                Component = parsed.GetValue(component) is { } name ? Known(name, ledger) : null,
                Now = context.Now,
                Length = Length(parsed.GetValue(length)!, "--duration"),
                Horizon = Length(parsed.GetValue(next)!, "--next"),
                Every = Length(parsed.GetValue(every)!, "--every"),
                Zone = Zone(parsed.GetValue(zone), plan),
                Hours = parsed.GetValue(hours) is { } range ? Hours(range) : null,
                Days = parsed.GetValue(days) is { } list ? Days(list) : [],
            });
            return Task.FromResult(Show(search, plan));
        });
    }

    private static Result Show(WindowSearch search, PricingPlan plan)
    {
        var (currency, best) = (search.Currency, search.Cheapest);
        ImmutableArray<string> Row(string rank, WindowCost window) =>
        [
            rank, Local(window.From, search), .. PriceVerb.Money(window.Loss, currency),
            search.Now.Loss.Likely > 0 ? Signed(window.Loss.Likely / search.Now.Loss.Likely - 1) : "-",
        ];
        return Result.Of(
            WindowDocument.Of(search, plan.Digest),
            "best",
            new Table(["", $"START ({search.Request.Zone.Id})", "LOSS", "LOW", "HIGH", "AGAINST NOW"],
                [.. best.Select((window, rank) => Row((rank + 1).ToString(CultureInfo.InvariantCulture), window)), Row("now", search.Now), Row("worst", search.Dearest)]),
            [
                .. WindowChart.Of(search),
                $"{DurationText.Print(search.Request.Length)} without {string.Join(", ", search.Priced)}; {search.Starts.Length} starts {DurationText.Print(search.Request.Every)} apart, to {Local(search.Request.Now + search.Request.Horizon, search)}. Credits, claims and penalties are in no figure. Pricing {plan.Digest[..12]}.",
                .. search.Unpriced.IsEmpty ? (IEnumerable<string>)[] : [$"Down meanwhile and without a price: {string.Join(", ", search.Unpriced)}."],
                .. search.Assumptions,
            ]);
    }

    private static string Signed(decimal share) => share.ToString("+0 %;-0 %;0 %", CultureInfo.InvariantCulture);

    private static string Local(Instant at, WindowSearch search) => at.InZone(search.Request.Zone).ToString("ddd uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static ComponentId Known(string name, LedgerProjection ledger)
    {
        var names = ledger.Components.Select(component => component.Id.Value).ToList();
        return names.Contains(name) ? new ComponentId(name) : throw new Fault("NIN4003", ExitCode.CalledWrong, $"--component: there is no component '{name}' on record.{DidYouMean.Sentence(name, names)}");
    }

    private static Duration Length(string text, string option) =>
        DurationText.TryParse(text, out var length, out var problem) ? length : throw new Fault("NIN4002", ExitCode.CalledWrong, $"{option}: '{text}' {problem}");

    private static DateTimeZone Zone(string? id, PricingPlan plan)
    {
        id ??= plan.Options.Series.Select(series => series.Zone).FirstOrDefault(zone => zone is not null);
        if (id is null) return DateTimeZone.Utc;
        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? throw new Fault("NIN4002", ExitCode.CalledWrong, $"--zone: '{id}' is not an IANA time zone.{DidYouMean.Sentence(id, DateTimeZoneProviders.Tzdb.Ids)}");
    }

    private static (LocalTime From, LocalTime To) Hours(string text)
    {
        // Each bound is read as business hours have it, but a night may go over midnight.
        if (text.Split('-', StringSplitOptions.TrimEntries) is [var first, var last] && TimeRange.TryParse($"{first}-24:00", out var from))
        {
            if (last is "24:00" or "00:00") return (from.From, LocalTime.Midnight);
            if (TimeRange.TryParse($"00:00-{last}", out var to)) return (from.From, to.To);
        }
        throw new Fault("NIN4002", ExitCode.CalledWrong, $"--hours: '{text}' is not a range of local hours. Try 22:00-06:00.");
    }

    private static ImmutableArray<IsoDayOfWeek> Days(string text) =>
    [
        .. text.Split(',', StringSplitOptions.TrimEntries).Select(day => Array.IndexOf(DayNames, day.ToLowerInvariant()) is >= 0 and var index
            ? (IsoDayOfWeek)(index + 1)
            : throw new Fault("NIN4002", ExitCode.CalledWrong, $"--days: '{day}' is none of {string.Join(", ", DayNames)}.")),
    ];
}
