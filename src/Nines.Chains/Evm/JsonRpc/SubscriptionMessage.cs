using System.Text.Json;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>One message on a WebSocket after eth_subscribe("newHeads") or eth_subscribe("logs").</summary>
/// <remarks>Source: Geth documentation, "Real-time events"; the other clients send the same.</remarks>
public abstract record SubscriptionMessage
{
    private SubscriptionMessage()
    {
    }

    /// <summary>Any bytes give a message; the caller has bounded their length.</summary>
    public static SubscriptionMessage Read(ReadOnlyMemory<byte> message)
    {
        using var document = RpcResponse.Parse(message, out var why);
        if (document is null)
        {
            return new Malformed(why);
        }

        try
        {
            return Read(document.RootElement);
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
        {
            // InvalidOperationException: System.Text.Json on half of a surrogate pair in a name or text
            return new Malformed(unreadable.Message);
        }
    }

    private static SubscriptionMessage Read(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return new Malformed($"a message is an object, not {message.ValueKind}");
        }

        if (!message.TryGetProperty("method", out var method))
        {
            return message.TryGetProperty("id", out var sent) && RpcResponse.IdOf(sent) is { } id
                ? new Reply(id, RpcResponse.Read(message, id).Then(result => EvmJson.Text(result, "the subscription")))
                : new Malformed("a message has neither a method nor the id of a question");
        }

        if (method.ValueKind != JsonValueKind.String || method.GetString() is not "eth_subscription")
        {
            return new Other(EvmJson.Clipped(method.ToString()));
        }

        if (!message.TryGetProperty("params", out var parameters)
            || parameters.ValueKind != JsonValueKind.Object
            || !parameters.TryGetProperty("subscription", out var subscription)
            || !parameters.TryGetProperty("result", out var result))
        {
            return new Malformed("a notification has no subscription or no result");
        }

        var name = EvmJson.Text(subscription, "the subscription");
        return result.ValueKind == JsonValueKind.Object && result.TryGetProperty("topics", out _)
            ? new NewLog(name, ReceiptJson.Log(result))
            : new NewHead(name, BlockJson.Header(result));
    }

    /// <summary>A new head, or after a reorganisation the heads of the new branch, one message each.</summary>
    /// <param name="Subscription">The id that eth_subscribe returned.</param>
    public sealed record NewHead(string Subscription, BlockHeader Header) : SubscriptionMessage;

    /// <summary>A log that the filter asks for, or one that a reorganisation took back: <see cref="Log.IsRemoved"/>.</summary>
    /// <param name="Subscription">The id that eth_subscribe returned.</param>
    public sealed record NewLog(string Subscription, Log Log) : SubscriptionMessage;

    /// <summary>The answer to a question of ours on the same socket: to eth_subscribe, the subscription's id.</summary>
    public sealed record Reply(long Id, RpcAnswer<string> Subscription) : SubscriptionMessage;

    /// <summary>A notification of another kind.</summary>
    public sealed record Other(string Method) : SubscriptionMessage;

    /// <summary>Not a message of the protocol, or neither a header nor a log.</summary>
    public sealed record Malformed(string Why) : SubscriptionMessage;
}
