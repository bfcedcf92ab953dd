using System.Globalization;
using Nines.Probing.Orders;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>
/// The orders of a session: writes them, and reads what the venue says of them. Every order is on disk before it is on the wire and until the
/// venue said that it is gone. Pure but for the file; called under the link's gate.
/// </summary>
/// <param name="filled">Told when something of an order was matched.</param>
internal sealed class FixDesk(FixOrderTerms terms, string symbol, KeptFile<FixState> kept, Action<string> filled)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    private static readonly Duration CancelEvery = Duration.FromSeconds(5);

    private long lastId;
    private Instant? cancelledAt;
    private FixOrder? current;
    private TaskCompletionSource changed = Fresh();

    /// <summary>The order that is under way, as far as the venue has said.</summary>
    public enum Stage { Sent, Standing, Gone, Refused, CancelRefused }

    public sealed record FixOrder(string Id, Stage Stage, string Why = "", bool Ours = false);

    public FixOrder? Current => current;

    /// <summary>Ends when <see cref="Current"/> may have changed.</summary>
    public Task Changed => changed.Task;

    public OrderRecord Record => kept.Value.Orders;

    /// <summary>Writes down and sends one order.</summary>
    public void Place(FixSession session, Instant now)
    {
        var id = NewId(now);
        kept.Save(kept.Value with { Orders = Record.On(now).Placing(id) });
        current = new FixOrder(id, Stage.Sent);
        List<FixField> fields = [new(FixTag.ClOrdId, id)];
        if (terms.Account is { } account) fields.Add(new(1, account));
        if (terms.PostOnly) fields.Add(new(FixTag.ExecInst, "6"));   // participate, don't initiate
        fields.AddRange(
        [
            new(FixTag.Symbol, symbol), new(FixTag.Side, SideText), new(FixTag.TransactTime, FixMessage.TimeText(now)), new(FixTag.OrderQty, Text(terms.Quantity)),
            new(FixTag.OrdType, "2"), new(FixTag.Price, Text(terms.Price)), new(FixTag.TimeInForce, terms.TimeInForce == FixTimeInForce.Gtc ? "1" : "3"),
        ]);
        session.SendApplication(FixType.NewOrder, [.. fields, .. FixTerm.Fields(terms.Fields)], now);
    }

    /// <summary>Asks to take back whatever may stand in the book. Not more often than every 5 s unless it is <paramref name="urgent"/>.</summary>
    public void CancelAll(FixSession session, Instant now, bool urgent)
    {
        if (Record.Open.IsEmpty || (!urgent && cancelledAt is { } at && now < at + CancelEvery)) return;
        cancelledAt = now;
        foreach (var order in Record.Open)
        {
            if (current?.Id == order.Id && current.Stage == Stage.CancelRefused) Move(current with { Stage = Stage.Standing });
            session.SendApplication(
                FixType.OrderCancel,
                [
                    new(FixTag.OrigClOrdId, order.Id), new(FixTag.ClOrdId, NewId(now)), new(FixTag.Symbol, symbol), new(FixTag.Side, SideText),
                    new(FixTag.TransactTime, FixMessage.TimeText(now)), new(FixTag.OrderQty, Text(terms.Quantity)),
                ], now);
        }
    }

    public void Take(FixMessage message, Instant now)
    {
        switch (message.Type)
        {
            case FixType.ExecutionReport:
                if (Named(message) is { } reported) Report(reported, message, now);
                break;
            case FixType.OrderCancelReject:
                if (Named(message) is not { } kept_) break;
                // Too late to cancel, or unknown: it is not there any more.
                if (message[FixTag.CxlRejReason] is "0" or "1" || message[FixTag.OrdStatus] is "2" or "4" or "8" or "C") Gone(kept_, Stage.Gone);
                else if (current?.Id == kept_) Move(current with { Stage = Stage.CancelRefused, Why = Words(message) });
                break;
            case FixType.Reject or FixType.BusinessReject when current is { } under && under.Stage is Stage.Sent or Stage.Standing:
                // A Reject says that we wrote it in a way that the venue does not take; only "application not available" is the venue's own.
                var ours = message.Type == FixType.Reject || message[380] != "4";
                if (message[FixTag.RefMsgType] == FixType.NewOrder) Gone(under.Id, Stage.Refused, Words(message), ours);
                else if (message[FixTag.RefMsgType] == FixType.OrderCancel) Move(under with { Stage = Stage.CancelRefused, Why = Words(message) });
                break;
        }
    }

    private void Report(string id, FixMessage message, Instant now)
    {
        if (message.Decimal(FixTag.CumQty) is > 0 and var quantity)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"{quantity} of order {id} ({terms.Side} {terms.Quantity} {symbol} at {terms.Price})");
            if (Record.Filled is null)
            {
                kept.Save(kept.Value with { Orders = Record.On(now) with { Filled = what } });
                filled(what);
            }
        }
        switch (message[FixTag.OrdStatus])
        {
            case "0" or "1" when current?.Id == id && current.Stage == Stage.Sent:
                Move(current with { Stage = Stage.Standing });
                break;
            case "2" or "3" or "4" or "C":
                Gone(id, Stage.Gone);
                break;
            case "8":
                var reason = message[FixTag.OrdRejReason];
                // Symbol, size, limits, a duplicate, what the account may: what we asked for. The rest is the venue's (closed, stale, its own choice).
                var ours = reason is "1" or "3" or "6" or "10" or "11" or "13" or "15" || Words(message).Contains("insufficient", StringComparison.OrdinalIgnoreCase);
                Gone(id, Stage.Refused, Words(message), ours);
                break;
        }
    }

    private void Gone(string id, Stage stage, string why = "", bool ours = false)
    {
        if (Record.Open.Any(order => order.Id == id)) kept.Save(kept.Value with { Orders = Record.Gone(id) });
        if (current?.Id == id) Move(new FixOrder(id, stage, why, ours));
    }

    private void Move(FixOrder to)
    {
        current = to;
        var told = changed;
        changed = Fresh();
        told.TrySetResult();
    }

    /// <summary>Which order of ours it is about; null when none.</summary>
    private string? Named(FixMessage message)
    {
        var (id, original) = (message[FixTag.ClOrdId], message[FixTag.OrigClOrdId]);
        if (current is { } under && (id == under.Id || original == under.Id)) return under.Id;
        return Record.Open.FirstOrDefault(order => order.Id == original || order.Id == id)?.Id;
    }

    /// <summary>Unique over restarts, at most 12 characters: some venues take no longer ones.</summary>
    private string NewId(Instant now)
    {
        lastId = Math.Max(lastId + 1, now.ToUnixTimeMilliseconds());
        var text = "";
        for (var rest = lastId; rest > 0; rest /= 36) text = Digits[(int)(rest % 36)] + text;
        return "n9" + text;
    }

    private string SideText => terms.Side == OrderSide.Buy ? "1" : "2";

    private static string Words(FixMessage message)
    {
        var text = message[FixTag.Text] ?? $"reason {message[FixTag.OrdRejReason] ?? message[FixTag.CxlRejReason] ?? message[FixTag.SessionRejectReason] ?? message[380] ?? "none"}";
        return new string([.. text.Take(200).Select(c => char.IsControl(c) ? ' ' : c)]);
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
