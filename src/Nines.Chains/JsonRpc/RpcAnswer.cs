using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.Evm;
using NodaTime;

namespace Nines.Chains.JsonRpc;

/// <summary>
/// What a JSON-RPC server said to one question. That it said nothing (refused connection, broken transfer, time-out) is no
/// answer: those exceptions reach the caller, who knows the path and the limit.
/// </summary>
public abstract record RpcAnswer<T>
{
    private RpcAnswer()
    {
    }

    /// <summary>The result, well formed.</summary>
    public sealed record Answered(T Value) : RpcAnswer<T>;

    /// <summary>The server answered by protocol that it will not or cannot.</summary>
    /// <param name="Code">As sent; 0 when none was.</param>
    /// <param name="Message">As sent, its first 1,000 characters.</param>
    /// <param name="Data">Revert data, wherever the client put it; empty when there is none.</param>
    public sealed record RpcError(long Code, string Message, HexBytes Data) : RpcAnswer<T>
    {
        /// <summary>What it means when an EVM client says it; other protocols give the same codes other meanings.</summary>
        public RpcErrorKind Kind { get; } = RpcErrors.Classify(Code, Message);

        /// <summary>The member "data" as it was sent, in JSON; null when there is none, or more than 1,000 characters of it.</summary>
        public string? Details { get; init; }
    }

    /// <summary>
    /// The server, or something before it, refused by HTTP status: any status outside 200–299 without a JSON-RPC error, and 429 always.
    /// </summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="RetryAfter">From the header of that name when it holds seconds; null otherwise.</param>
    public sealed record HttpRefused(int Status, Duration? RetryAfter) : RpcAnswer<T>
    {
        /// <summary>The first 200 characters of the body where it is plain text; empty for anything else.</summary>
        public string Said { get; init; } = "";
    }

    /// <summary>
    /// The answer is not what the protocol says: not JSON, longer than the limit, another question's, or a value out of range.
    /// </summary>
    /// <param name="Why">For a person.</param>
    public sealed record Malformed(string Why) : RpcAnswer<T>
    {
        /// <summary>The answer begins as JSON and then ends, although the transfer was whole.</summary>
        public bool IsCutOff => Why == RpcResponse.CutOff;
    }

    /// <summary>Null unless the server says that we ask too often: by status 429 (or 418, as some exchanges do before a ban), by code or by wording.</summary>
    public RateRefusal? RateRefusal => this switch
    {
        RpcError { Kind: RpcErrorKind.RateLimited } error => new RateRefusal($"{error.Code}: {error.Message}", null),
        HttpRefused { Status: 429 or 418 } refused => new RateRefusal($"HTTP status {refused.Status}", refused.RetryAfter),
        _ => null,
    };

    /// <summary>
    /// The same answer with its value read further; <paramref name="read"/> throws <see cref="FormatException"/> for a value that is not
    /// right.
    /// </summary>
    internal RpcAnswer<TOther> Then<TOther>(Func<T, TOther> read)
    {
        switch (this)
        {
            case Answered answered:
                try
                {
                    return new RpcAnswer<TOther>.Answered(read(answered.Value));
                }
                catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
                {
                    // InvalidOperationException: System.Text.Json on half of a surrogate pair in a string
                    return new RpcAnswer<TOther>.Malformed(unreadable.Message);
                }

            case RpcError error:
                return new RpcAnswer<TOther>.RpcError(error.Code, error.Message, error.Data) { Details = error.Details };
            case HttpRefused refused:
                return new RpcAnswer<TOther>.HttpRefused(refused.Status, refused.RetryAfter) { Said = refused.Said };
            case Malformed malformed:
                return new RpcAnswer<TOther>.Malformed(malformed.Why);
            default:
                throw new InvalidOperationException("An answer is one of four.");
        }
    }
}

/// <summary>A server refused because we, or the whole account, ask too often.</summary>
/// <param name="Said">Its code and words.</param>
/// <param name="RetryAfter">How long it asks us to wait; null when it does not say.</param>
public sealed record RateRefusal(string Said, Duration? RetryAfter);
