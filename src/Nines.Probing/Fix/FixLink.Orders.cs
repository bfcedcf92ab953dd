using Nines.Probing.Orders;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>Orders over the session that the link holds.</summary>
internal sealed partial class FixLink
{
    /// <summary>Sends one order and takes it back.</summary>
    public async Task<TripResult> TripAsync(FixOrderTerms terms, CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        try
        {
            if (await StartOrderAsync(terms, limit).ConfigureAwait(false) is { } instead) return instead;
            var placed = await WaitForAsync(stage => stage != FixDesk.Stage.Sent, limit).ConfigureAwait(false);
            if (placed.Stage == FixDesk.Stage.Refused) return placed.Ours ? new TripResult.Ours($"the venue refused the order: {placed.Why}") : new TripResult.Failed($"the venue refused the order: {placed.Why}");
            if (placed.Stage == FixDesk.Stage.Standing)
            {
                Post(now => desk!.CancelAll(session!, now, urgent: true));
                placed = await WaitForAsync(stage => stage is FixDesk.Stage.Gone or FixDesk.Stage.CancelRefused, limit).ConfigureAwait(false);
            }
            if (placed.Stage == FixDesk.Stage.CancelRefused) return new TripResult.Failed($"the venue does not take the order back: {placed.Why}");
            return new TripResult.Whole(Duration.FromTimeSpan(environment.Time.GetElapsedTime(started)));
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                // A session that ended meanwhile is told as such; the order's own way was cut by it.
                var stands = session?.Phase == FixPhase.Active;
                var what = desk?.Current?.Stage == FixDesk.Stage.Sent ? "no answer to the order" : "no answer to its cancellation";
                return stands ? new TripResult.Failed($"{what} within {terms.Limit.TotalSeconds:0.###} s") : new TripResult.Failed("the session ended while the order was under way");
            }
        }
    }

    /// <returns>Why no order was sent; null when one was.</returns>
    private async Task<TripResult?> StartOrderAsync(FixOrderTerms terms, CancellationToken limit)
    {
        bool left;
        lock (gate)
        {
            if (session?.Phase != FixPhase.Active || desk is null) return new TripResult.Ours("no session stands");
            left = !desk.Record.Open.IsEmpty;
        }
        if (left)
        {
            Post(now => desk!.CancelAll(session!, now, urgent: true));
            while (true)
            {
                Task next;
                lock (gate)
                {
                    if (desk!.Record.Open.IsEmpty) break;
                    next = desk.Changed;
                }
                if (limit.IsCancellationRequested) return new TripResult.Failed("the venue does not say that the order before is taken back");
                await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(50), environment.Time, limit)).ConfigureAwait(false);
            }
        }
        TripResult? refusal = new TripResult.Ours("no session stands");
        Post(now =>
        {
            refusal = null;
            if (!kept!.IsOnDisk) refusal = new TripResult.Ours("orders are sent by nines up only: what was sent has to be on record");
            else if (desk!.Record.On(now).Forbids(terms) is { } why) refusal = new TripResult.Ours(why);
            else desk.Place(session!, now);
        });
        return refusal;
    }

    private async Task<FixDesk.FixOrder> WaitForAsync(Func<FixDesk.Stage, bool> reached, CancellationToken limit)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (desk!.Current is { } current && reached(current.Stage)) return current;
                next = desk.Changed;
            }
            await next.WaitAsync(limit).ConfigureAwait(false);
        }
    }

    private void Filled(string what) =>
        environment.Noticed($"AN ORDER OF NINES WAS MATCHED at {target}: {what}. No more orders are sent today; look at the price, the band and post_only");
}
