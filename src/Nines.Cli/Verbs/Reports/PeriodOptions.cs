using System.CommandLine;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Ledger;
using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Cli.Verbs.Reports;

/// <summary>What a report is of: a calendar's period in a zone, or two instants; and as of which position.</summary>
internal sealed class PeriodOptions
{
    private const string Forms = "Try 2026-10, 2026-W41, 2026-Q3, 2026, or 2026-10-01..2026-10-15.";

    private readonly Option<string?> period = new("--period", "--month") { Description = "2026-10, 2026-W41, 2026-Q3, 2026, or FROM..TO; else the last month that is over and on record", HelpName = "PERIOD" };
    private readonly Option<string?> from = new("--from") { Description = "Instead of a period: its start, RFC 3339, a day of the zone, or -7d", HelpName = "TIME" };
    private readonly Option<string?> to = new("--to") { Description = "And its end; else the last instant judged", HelpName = "TIME" };
    private readonly Option<long?> asOf = AsOf();

    public Option<string> Zone { get; } = ZoneOption();

    public IEnumerable<Option> Options => [period, from, to, Zone, asOf];

    public static Option<string> ZoneOption()
    {
        var zone = new Option<string>("--zone") { Description = "Whose days and months: an IANA time zone", HelpName = "ZONE", DefaultValueFactory = _ => "UTC" };
        zone.CompletionSources.Add(context => DateTimeZoneProviders.Tzdb.Ids.Where(id => id.StartsWith(context.WordToComplete, StringComparison.OrdinalIgnoreCase)).Select(id => new System.CommandLine.Completions.CompletionItem(id)));
        return zone;
    }

    public static Option<long?> AsOf() => new("--as-of") { Description = "As it was at this position of the journal; else at its end", HelpName = "POSITION" };

    /// <summary>The ledger as of what was asked for.</summary>
    /// <exception cref="Fault">NIN4292: there is no such position.</exception>
    public Task<LedgerProjection> LedgerAsync(ParseResult parsed, LedgerProjection ledger, IJournal journal, CancellationToken cancellation) => LedgerAsync(parsed.GetValue(asOf), ledger, journal, cancellation);

    public static async Task<LedgerProjection> LedgerAsync(long? position, LedgerProjection ledger, IJournal journal, CancellationToken cancellation)
    {
        if (position is not { } asked || asked == ledger.Position.Value) return ledger;
        if (asked < 1 || asked > ledger.Position.Value) throw new Fault("NIN4292", ExitCode.CalledWrong, $"--as-of: the journal has no position {asked}; it goes from 1 to {ledger.Position}.");
        return await LedgerProjection.LoadAsync(journal, new JournalPosition(asked), cancellation);
    }

    public static DateTimeZone ZoneOf(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)
        ?? throw new Fault("NIN4291", ExitCode.CalledWrong, $"--zone: '{id}' is not an IANA time zone.{DidYouMean.Sentence(id, DateTimeZoneProviders.Tzdb.Ids)}");

    /// <exception cref="Fault">NIN4291: no period, or both a period and instants.</exception>
    public static ReportPeriod Parse(string text, string option, DateTimeZone zone) =>
        ReportPeriod.Parse(text, zone) ?? throw new Fault("NIN4291", ExitCode.CalledWrong, $"{option}: '{text}' is not a period. {Forms}");

    /// <inheritdoc cref="Parse"/>
    public ReportPeriod Read(ParseResult parsed, LedgerProjection ledger, Instant now)
    {
        var zone = ZoneOf(parsed.GetValue(Zone)!);
        var (named, begin, end) = (parsed.GetValue(period), parsed.GetValue(from), parsed.GetValue(to));
        if (named is not null && (begin ?? end) is not null) throw new Fault("NIN4291", ExitCode.CalledWrong, $"--period and --from, --to: give one or the other. {Forms}");
        if (named is not null) return Parse(named, "--period", zone);
        if (begin is null && end is null) return LastOnRecord(ledger, now, zone);
        var first = begin is null ? ledger.WatchedFrom ?? now : At(begin, "--from", now, zone);
        var last = end is null ? ledger.Frontier ?? now : At(end, "--to", now, zone);
        return first < last ? ReportPeriod.Range(first, last, zone) : throw new Fault("NIN4291", ExitCode.CalledWrong, $"--from, --to: {first} is not before {last}. {Forms}");
    }

    /// <summary>The last month that is over, where anything of it is on record; else the month in progress.</summary>
    private static ReportPeriod LastOnRecord(LedgerProjection ledger, Instant now, DateTimeZone zone)
    {
        var current = ReportPeriod.Containing(Instant.Min(now, ledger.Frontier ?? now), PeriodKind.Month, zone);
        var last = current.To <= now ? current : current.Before();
        return ledger.WatchedFrom < last.To ? last : current;
    }

    private static Instant At(string text, string option, Instant now, DateTimeZone zone) =>
        NodaTime.Text.LocalDatePattern.Iso.Parse(text).TryGetValue(default, out var date) ? zone.AtStartOfDay(date).ToInstant() : TimeArgument.Parse(text, option, now);
}
