using Nines.Core;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Web.Api.Overview;

// Of one component by itself.
public sealed partial record Headline
{
    /// <summary>How one component stands, in one sentence.</summary>
    public static Said OfOne(Card card, WatchCondition watch, Instant now, Ahead ahead)
    {
        var say = new SaidBuilder(now);
        var one = card.Standing;
        switch (watch)
        {
            case WatchCondition.NotRunning { JudgedUntil: { } until }: say.Text($"Nines is not watching; as of {MomentText.Of(until, now)}, "); break;
            case WatchCondition.NotRunning: say.Text("Nines is not watching; as last seen, "); break;
            case WatchCondition.Stale stale: say.Text($"Nines has judged nothing for {SpokenDuration.Of(Duration.Max(Duration.Zero, now - stale.JudgedUntil), Rounding.Down)}; as of {MomentText.Of(stale.JudgedUntil, now)}, "); break;
            case WatchCondition.JournalFails fails: say.Text($"The journal has taken no facts since {MomentText.Of(fails.Since, now)}; as of then, "); break;
            case WatchCondition.Watching or WatchCondition.JustStarted: break;
            default: throw new InvalidOperationException("WatchCondition is a closed hierarchy.");
        }
        SayState(say, one);
        if (one.IsBroken) SayLength(say, one);
        if (one.State is not (State.Up or State.Unknown) || one.IsBroken) SayCause(say, one.Cause ?? one.Outage?.Cause);
        if (one.Cause is { Kind: CauseKind.Upstream, Roots.IsEmpty: false } cause && one.State != State.Up) say.Text("; it goes back to ").List(cause.Roots, MostNamed, root => say.Name(root));
        if (one.Paused is { } paused) say.Text($"; {paused.By} paused looking{(paused.Reason is { Length: > 0 } reason ? $" ({Short(reason)})" : "")}, {(paused.Until is { } resumes ? $"until {MomentText.Of(resumes, now)}" : "until somebody resumes it")}");
        if (one.State == State.Up && !one.RegionsOut.IsEmpty) say.Text(", but users are not served in ").List(one.RegionsOut, MostNamed, region => say.Text(region));
        if (one.Outage is { } outage)
        {
            say.Text(card.Loss is { } loss ? $"; it has cost {Pricing.Money.MoneyText.Of(loss.Loss, loss.Currency)} so far" : card.NotCounted is { } why ? $"; it {why}" : "; what it costs is not priced");
            say.Text(outage.Acknowledged is { } taken ? $"; {taken.By} took it up {SpokenDuration.Ago(taken.At, now)}" : ", and nobody has taken it up");
        }
        else if (one.LastOutage is { LikelyEnded: { } ended } last) say.Text("; the last outage, ").OutageNamed(last.Id).Text($", ended {SpokenDuration.Ago(ended, now)} after {last.Length}");
        else say.Text("; no outage of it is on record");
        if (ahead.Suspicions.FirstOrDefault(suspicion => suspicion.Component == one.Id) is { } suspected && !one.IsBroken) SaySuspicion(say.Text("; "), suspected);
        if (one.Paused is null) SayNextLook(say, ahead, [one.Id]);
        return say.Text(".").Done();
    }
}
