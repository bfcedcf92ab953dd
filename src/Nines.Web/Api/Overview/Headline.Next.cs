using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Text;
using Nines.Probing.Scheduling;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Api.Overview;

// What happens next, by the plans of those who do it: nothing here is guessed.
public sealed partial record Headline
{
    /// <summary>; the next look is in 4 s. Of several components the soonest.</summary>
    private static void SayNextLook(SaidBuilder say, Ahead ahead, IEnumerable<ComponentId> of)
    {
        var planned = of.Where(ahead.Looks.ContainsKey).Select(id => ahead.Looks[id]).ToList();
        if (planned.Count == 0) return;
        if (planned.OfType<PlannedLook>().OrderBy(look => look.At).Select(look => (PlannedLook?)look).FirstOrDefault() is { } next) say.Text("; the next look is ").Due(next.At, next.Every);
        else say.Text("; no look is planned");
    }

    /// <summary>a is suspected to be down since … (…): one more look that agrees makes it an outage, one that does not a blip.</summary>
    private static void SaySuspicion(SaidBuilder say, SuspicionNow one)
    {
        say.Name(one.Component).Text(" is suspected to be ").Word(one.Suspected).Text(" since ").When(one.When, one.When.Midpoint);
        if (one.Because is { } because) say.Text($" ({KindOf(because)}{Short(because.Because)})");
        say.Text($": {(one.StillToAgree == 1 ? "one more look" : $"{one.StillToAgree} more looks in a row")} that {(one.StillToAgree == 1 ? "agrees makes" : "agree make")} it {(one.Suspected.IsDown() ? "an outage" : one.Suspected.Word())}, one that does not leaves a blip");
    }

    private static void SaySuspicions(SaidBuilder say, Situation now, ImmutableArray<SuspicionNow> suspicions)
    {
        say.List(suspicions, MostNamed, one => SaySuspicion(say, one));
        SayNextLook(say, now.Ahead, suspicions.Select(one => one.Component));
    }

    /// <summary>Those of components that are not known to be as bad already.</summary>
    private static ImmutableArray<SuspicionNow> NewSuspicions(Situation now) =>
        [.. now.Ahead.Suspicions.Where(one => now.Components.FirstOrDefault(each => each.Id == one.Component) is { IsBroken: false } standing && (standing.State is State.Unknown or State.Maintenance || one.Suspected > standing.State))];

    /// <summary>Of what nobody has taken up: who was told.</summary>
    private static IEnumerable<(string Outage, ImmutableArray<NoticeState> Notices)> NoticesOf(Situation now) =>
        from cascade in Cascade.Of(now.Components)
        where cascade.Root.Outage is { Acknowledged: null }
        let outage = cascade.Root.Outage!.Id
        where now.Ahead.Notices.TryGetValue(outage, out var sent) && !sent.IsEmpty
        select (outage, now.Ahead.Notices[outage]);

    /// <summary>Told of a-1: ops 12 s ago; mail not yet, tried again in 30 s. Nobody is paged after that.</summary>
    private static void SayNotices(SaidBuilder say, string outage, ImmutableArray<NoticeState> notices)
    {
        say.Text("Told of ").OutageNamed(outage).Text(": ").List(notices, MostNamed, one =>
        {
            say.Text(one.Channel);
            if (one is { At: { } at, Failed: null }) say.Text($" {SpokenDuration.Ago(at, say.Now)}");
            else if (one is { At: { } gaveUp, Failed: { } why }) say.Text($" not, given up {SpokenDuration.Ago(gaveUp, say.Now)} ({Short(why)})");
            else if (one.NextAttempt is { } again) say.Text(" not yet, tried again ").Due(again, Duration.Zero);
            else say.Text(one.IsTrying ? " just now" : " not yet");
        });
        // The config has channels and no ladder of people: whoever reads this must not wait for a call that never comes.
        say.Text("; nobody else is told if nobody takes it up.");
    }
}
