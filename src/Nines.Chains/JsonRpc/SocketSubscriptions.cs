using System.Text.Json;
using NodaTime;

namespace Nines.Chains.JsonRpc;

/// <summary>The subscriptions of a link. Notifications are taken by the link's reader alone, one message at a time.</summary>
internal sealed class SocketSubscriptions
{
    /// <summary>Notifications that are kept for a subscription whose answer is not there yet: some servers send the first one before it.</summary>
    private const int MaxEarly = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RpcSubscription> _byId = [];
    private readonly Queue<(string Id, JsonElement Result, Instant At)> _early = [];
    private long _strange;

    /// <summary>Notifications of subscriptions that there are not.</summary>
    public long Strange => Interlocked.Read(ref _strange);

    /// <exception cref="FormatException">Neither a text nor a number.</exception>
    public static string IdOf(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.String => id.GetString() ?? "",
        JsonValueKind.Number => id.GetRawText(),
        _ => throw new FormatException($"a subscription is named by a text or a number, not by {id.ValueKind}"),
    };

    public void Add(RpcSubscription subscription, Instant now)
    {
        lock (_gate)
        {
            if (_byId.Remove(subscription.Id, out var before))
            {
                before.End();
            }

            _byId.Add(subscription.Id, subscription);
            for (var left = _early.Count; left > 0; left--)
            {
                var early = _early.Dequeue();
                if (early.Id == subscription.Id)
                {
                    subscription.Take(early.Result, early.At <= now ? early.At : now);
                }
                else
                {
                    _early.Enqueue(early);
                }
            }
        }
    }

    public void Remove(RpcSubscription subscription)
    {
        lock (_gate)
        {
            if (_byId.GetValueOrDefault(subscription.Id) == subscription)
            {
                _byId.Remove(subscription.Id);
            }
        }

        subscription.End();
    }

    /// <summary>False when the message is no notification.</summary>
    public bool TryTake(JsonElement message, Instant at)
    {
        try
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("method", out _))
            {
                return false;
            }

            if (!message.TryGetProperty("params", out var parameters)
                || parameters.ValueKind != JsonValueKind.Object
                || !parameters.TryGetProperty("subscription", out var subscription)
                || !parameters.TryGetProperty("result", out var result))
            {
                Interlocked.Increment(ref _strange);
                return true;
            }

            Take(IdOf(subscription), result, at);
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
        {
            // a subscription named by something else, or half of a surrogate pair in a name or text
            Interlocked.Increment(ref _strange);
        }

        return true;
    }

    public void End()
    {
        lock (_gate)
        {
            foreach (var subscription in _byId.Values)
            {
                subscription.End();
            }

            _byId.Clear();
            _early.Clear();
        }
    }

    private void Take(string id, JsonElement result, Instant at)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(id, out var known))
            {
                known.Take(result, at);
                return;
            }

            if (_early.Count == MaxEarly)
            {
                _early.Dequeue();
                Interlocked.Increment(ref _strange);
            }

            _early.Enqueue((id, result.Clone(), at));
        }
    }
}
