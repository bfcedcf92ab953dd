using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Web.Api.Overview;

// Where nothing is broken as a whole; and what stands beside the sentence.
public sealed partial record Headline
{
    private static void SayRegional(SaidBuilder say, Situation now)
    {
        var hit = now.Components.Where(one => !one.RegionsOut.IsEmpty).OrderByDescending(one => one.RegionsOut.Length).ThenBy(one => one.Id).ToList();
        say.List(hit, MostNamed, one =>
        {
            say.Name(one.Id).Text(" is out for users in ").List(one.RegionsOut, MostNamed, region => say.Text(region));
            if (one.RegionalOutages.FirstOrDefault() is { } outage) say.Text(" since ").When(outage.Began, outage.LikelyBegan).Text(", for ").For(outage.Length);
            say.Text(" (as a whole it counts as ").Word(one.State).Text(")");
        });
        SayCost(say, now.Cost, hit.Count > 1);
        var open = hit.SelectMany(one => one.RegionalOutages).ToList();
        if (open.Count > 0 && open.All(outage => outage.Acknowledged is null)) say.Text(open.Count > 1 ? ", and nobody has taken them up" : ", and nobody has taken it up");
        SayNextLook(say, now.Ahead, hit.Select(one => one.Id));
        say.Text(".");
    }

    private static void SayDegraded(SaidBuilder say, Situation now)
    {
        var slow = now.Components.Where(one => one.State == State.Degraded).ToList();
        say.Text(KnownToBe(now)).List(slow, MostNamed, one =>
        {
            SayState(say, one);
            SayCause(say, one.Cause);
        });
        SayUnseen(say, now);
        if (now.AtRisk.FirstOrDefault() is { } risk) SayBudget(say.Text("; "), risk, now.Now);
        SayNextLook(say, now.Ahead, slow.Select(one => one.Id));
        say.Text(".");
    }

    private static void SayUnknown(SaidBuilder say, Situation now)
    {
        var unseen = now.Components.Where(one => one.State == State.Unknown).ToList();
        var others = now.Components.Length - unseen.Count;
        if (now.Watch is WatchCondition.JustStarted started)
        {
            say.Text($"Nines began to watch {SpokenDuration.Ago(started.At, now.Now)} and has not seen everything yet: {unseen.Count} of {Counted.Of(now.Components.Length, "component")} {(unseen.Count == 1 ? "is" : "are")} unknown, ");
        }
        else
        {
            say.Text($"Nothing is known to be down, but {unseen.Count} of {Counted.Of(now.Components.Length, "component")} {(unseen.Count == 1 ? "is" : "are")} unknown: ").List(unseen, MostNamed, one => SayUnseen(say, one)).Text("; ");
        }
        SayOthers(say, now, others);
        SayNextLook(say, now.Ahead, unseen.Where(one => one.Paused is null).Select(one => one.Id));
        say.Text(".");
    }

    private static void SayUnseen(SaidBuilder say, Standing one)
    {
        say.Name(one.Id);
        if (one is { Since: { } since, SinceLikely: { } likely }) say.Text(" since ").When(since, likely);
        else say.Text(" (not seen yet)");
        if (one.Paused is { } paused) say.Text($" (paused by {paused.By}{(paused.Until is { } until ? $" until {MomentText.Of(until, say.Now)}" : ", until somebody resumes it")})");
    }

    private static void SayOthers(SaidBuilder say, Situation now, int others)
    {
        if (others == 0)
        {
            say.Text("so nothing at all is known now");
            return;
        }
        var up = now.Components.Count(one => one.State == State.Up);
        say.Text(others == 1 ? "the other one" : $"the other {others}");
        if (up == others) say.Text(others == 1 ? " is up" : " are up");
        else say.Text(others == 1 ? " is in maintenance" : $": {up} up, {others - up} in maintenance");
    }

    private static void SayMaintenance(SaidBuilder say, Situation now)
    {
        var within = now.Components.Where(one => one.State == State.Maintenance).ToList();
        say.Text("Nothing is down outside of maintenance: ").List(within, MostNamed, one =>
        {
            SayState(say, one);
            if (now.Windows.FirstOrDefault(window => window.Id == one.Window) is { } window) say.Text($", planned until {MomentText.Of(window.End, now.Now)} ({SpokenDuration.Ago(window.End, now.Now)})");
        });
        say.Text(".");
    }

    private static void SayWell(SaidBuilder say, Situation now)
    {
        var count = now.Components.Length;
        say.Text(count == 1 ? "" : $"All {count} components are ");
        if (count == 1) say.Name(now.Components[0].Id).Text(" is ");
        say.Word(State.Up);
        if (NewSuspicions(now) is { IsEmpty: false } suspicions) SaySuspicions(say.Text(", but "), now, suspicions);
        if (now.Coverage is { } coverage) say.Text($"; {PercentText.Of(coverage, 2)} of {(now.WatchedFor < Duration.FromDays(Board.Month) ? $"the {SpokenDuration.Of(now.WatchedFor.Value)} since the first look" : "the last 30 days")} was seen");
        if (now.Components.Select(one => one.LastOutage).Where(outage => outage is not null).MaxBy(outage => outage!.LikelyEnded) is { } last && last.LikelyEnded is { } ended)
            say.Text("; the last outage, ").OutageNamed(last.Id).Text($", ended {SpokenDuration.Ago(ended, now.Now)} after {last.Length}");
        else say.Text("; no outage is on record");
        SayNextWindow(say.Text("; "), now);
        say.Text(".");
    }

    private static void SayNextWindow(SaidBuilder say, Situation now)
    {
        if (now.NextMaintenance is not { } next)
        {
            say.Text("no maintenance is planned");
            return;
        }
        say.Text($"the next maintenance begins {SpokenDuration.Ago(next.From, now.Now)}, at {MomentText.Of(next.From, now.Now)}, on ").List(next.Components, MostNamed, one => say.Name(one));
    }

    private static ImmutableArray<Said> AsidesOf(Situation now, Tone tone)
    {
        var lines = ImmutableArray.CreateBuilder<Said>();
        void Line(Action<SaidBuilder> write)
        {
            var say = new SaidBuilder(now.Now);
            write(say);
            lines.Add(say.Done());
        }
        if (!now.Blind.IsEmpty && tone != Tone.NotWatching)
            Line(say => say.Text("Blind, their own network being broken: ").List(now.Blind, MostNamed, name => say.Text(name)).Text("."));
        if (now.Watch is WatchCondition.JustStarted started && tone is not (Tone.Unknown or Tone.Nothing or Tone.NotWatching))
            Line(say => say.Text($"Nines began to watch {SpokenDuration.Ago(started.At, now.Now)}; before that nothing was seen for a while."));
        if (tone is not (Tone.Well or Tone.NotWatching) && NewSuspicions(now) is { IsEmpty: false } suspicions)
            Line(say =>
            {
                SaySuspicions(say.Text("Suspected: "), now, suspicions);
                say.Text(".");
            });
        foreach (var (outage, notices) in NoticesOf(now).Take(MostNamed))
            Line(say => SayNotices(say, outage, notices));
        if (tone == Tone.Broken && now.Components.Where(one => one.State == State.Degraded).ToList() is { Count: > 0 } slow)
            Line(say => say.Text("Also degraded: ").List(slow, MostNamed, one => say.Name(one.Id)).Text("."));
        if (tone is Tone.Broken or Tone.Regional && now.Components.Where(one => one is { State: State.Unknown, Outage: null }).ToList() is { Count: > 0 } unseen)
            Line(say => say.Text("Also unknown: ").List(unseen, MostNamed, one => SayUnseen(say, one)).Text("."));
        if (tone is not (Tone.Maintenance or Tone.NotWatching) && now.Components.Where(one => one.State == State.Maintenance).ToList() is { Count: > 0 } within)
            Line(say => say.Text("In maintenance: ").List(within, MostNamed, one =>
            {
                say.Name(one.Id);
                if (now.Windows.FirstOrDefault(window => window.Id == one.Window) is { } window) say.Text($" until {MomentText.Of(window.End, now.Now)}");
            }).Text("."));
        if (tone is not (Tone.Well or Tone.Nothing) && now.NextMaintenance is not null)
            Line(say =>
            {
                SayNextWindow(say.Text("Next: "), now);
                say.Text(".");
            });
        return lines.ToImmutable();
    }

    /// <summary>What can be said of the rest: nothing is called not down that nobody sees.</summary>
    private static string KnownToBe(Situation now) => now.Components.Any(one => one.State == State.Unknown) ? "Nothing is known to be down, but " : "Nothing is down, but ";

    private static void SayUnseen(SaidBuilder say, Situation now)
    {
        var unseen = now.Components.Count(one => one.State == State.Unknown);
        if (unseen > 0) say.Text($"; {unseen} of {now.Components.Length} {(unseen == 1 ? "is" : "are")} unknown");
    }
}
