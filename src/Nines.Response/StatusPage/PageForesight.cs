using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Ledger;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>
/// Maintenance that the config's rules will bring and that is not on record yet. A watch declares windows two days ahead, and tells subscribers then; who plans
/// around them needs to see them sooner. Nothing is put on record for this, and nobody is told. Pure.
/// </summary>
public static class PageForesight
{
    /// <summary>How far windows that recur are foreseen, and one that happens once.</summary>
    public static readonly Duration Ahead = Duration.FromDays(90), AheadOfOnce = Duration.FromDays(366);

    /// <summary>Of one rule: a window a day for all the time.</summary>
    public const int MostOfOne = 92;

    /// <summary>Rules are asked for so much at once: one may place a window each minute.</summary>
    private static readonly Duration Stride = Duration.FromDays(7);

    /// <summary>In order of their beginning.</summary>
    internal static ImmutableArray<PageMaintenance> Of(LedgerProjection ledger, PageOptions options, PublicIds ids, Instant now)
    {
        if (options.Rules.IsEmpty) return [];
        var known = Known(ledger);
        return [.. options.Rules.SelectMany(rule => Of(rule, known, options, ids, now)).OrderBy(window => window.From).ThenBy(window => window.CalendarId, StringComparer.Ordinal)];
    }

    private static IEnumerable<PageMaintenance> Of(MaintenanceRule rule, HashSet<string> known, PageOptions options, PublicIds ids, Instant now)
    {
        var components = PageWindows.ShownOf(rule.Components, options);
        if (components.Length == 0) yield break;
        var recurs = rule is not MaintenanceRule.Once;
        var repeats = recurs ? RepeatsOf(rule, options.Texts, options.Zone, now) : null;
        foreach (var window in After(rule, now))
        {
            if (known.Contains(window.Id)) continue;
            var id = CalendarIdOf(window.Id, ids);
            // Calendars want to know when it was first said: it comes into sight so long before it begins.
            var seen = window.From - (recurs ? Ahead : AheadOfOnce);
            yield return PageWindows.Named(id, components, rule.PublicText, options, MaintenancePhase.Scheduled, seen, window.From, window.To) with
            {
                Series = recurs ? rule.Name : null, Repeats = repeats, IsForeseen = true, CalendarId = id,
            };
        }
    }

    /// <summary>The windows of a rule that begin after an instant, as far ahead as they are foreseen; <see cref="MostOfOne"/> at most.</summary>
    public static IEnumerable<MaintenanceWindow> After(MaintenanceRule rule, Instant now)
    {
        var (end, count) = (now + (rule is MaintenanceRule.Once ? AheadOfOnce : Ahead), 0);
        for (var from = now; from < end; from += Stride)
        {
            var to = Instant.Min(end, from + Stride);
            foreach (var window in rule.Occurrences(from, to).Where(window => window.From > now && window.From >= from && window.From < to))
            {
                yield return window;
                if (++count == MostOfOne) yield break;
            }
        }
    }

    /// <summary>Of each rule the first window that is not on record, neither declared nor cancelled; a rule that brings none as far ahead as is foreseen is left out.</summary>
    public static IEnumerable<(MaintenanceRule Rule, MaintenanceWindow Window)> NextOf(IEnumerable<MaintenanceRule> rules, LedgerProjection ledger, Instant now)
    {
        var known = Known(ledger);
        foreach (var rule in rules)
            if (After(rule, now).FirstOrDefault(window => !known.Contains(window.Id)) is { } next) yield return (rule, next);
    }

    private static HashSet<string> Known(LedgerProjection ledger) => ledger.Windows.Where(window => window.By is null).Select(window => PlacedId(window.Id)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The recurring rule that a window on record is of; null where it is of none of the present ones.</summary>
    internal static MaintenanceRule? RuleOf(string window, PageOptions options) =>
        window.LastIndexOf('@') is > 0 and var at ? options.Rules.FirstOrDefault(rule => rule is not MaintenanceRule.Once && window.AsSpan(0, at).SequenceEqual(rule.Name)) : null;

    /// <returns>Null for a window that no rule of the config has placed.</returns>
    internal static string? CalendarIdOf(WindowOnRecord window, PageOptions options, PublicIds ids) =>
        window.By is null && window.Id.LastIndexOf('@') is > 0 and var at && options.Rules.Any(rule => window.Id.AsSpan(0, at).SequenceEqual(rule.Name)) ? CalendarIdOf(window.Id, ids) : null;

    private static string CalendarIdOf(string window, PublicIds ids) => ids.Of("occurrence", window, NodaConstants.UnixEpoch);

    /// <summary>What a window was placed as: one that was declared again has a plus behind its id.</summary>
    private static string PlacedId(string window) => window.TrimEnd('+');

    /// <summary>
    /// How a rule recurs, in words: <c>every Sunday</c>. By the days on which its windows begin in a time zone that may not be the rule's: what is said
    /// agrees with the times beside it. Where there is no plain word for it, that it recurs.
    /// </summary>
    public static string RepeatsOf(MaintenanceRule rule, PageTexts texts, DateTimeZone zone, Instant now)
    {
        var days = After(rule, now).Select(window => window.From.InZone(zone).Date).Distinct().Order().ToArray();
        if (days.Length >= 2 && days.Zip(days.Skip(1)).All(pair => MonthsOf(pair.Second) == MonthsOf(pair.First) + 1)) return texts["repeats.monthly"];
        var weekdays = days.Select(day => day.DayOfWeek).Distinct().Order().ToArray();
        // Of few days, or of some weeks only, a pattern would be guessed.
        if (days.Length < 10 || Period.DaysBetween(days[0], days[^1]) is var span && Enumerable.Range(0, span + 1).Count(i => weekdays.Contains(days[0].PlusDays(i).DayOfWeek)) != days.Length) return texts["repeats.other"];
        if (weekdays.Length == 7) return texts["repeats.daily"];
        var names = texts["weekdays"].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return texts.Fill("repeats.weekly", ("days", PageWords.Listed([.. weekdays.Select(day => names[(int)day - 1])], texts)));
    }

    private static int MonthsOf(LocalDate day) => day.Year * 12 + day.Month;
}
