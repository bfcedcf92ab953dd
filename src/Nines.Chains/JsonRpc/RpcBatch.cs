namespace Nines.Chains.JsonRpc;

/// <summary>
/// Several questions for one HTTP request, so that they are answered at nearly the same time:
/// <c>var head = batch.Add(EvmCalls.BlockNumber);</c> … <c>answers.Of(head)</c>. Not for use by several threads at once.
/// </summary>
public sealed class RpcBatch
{
    /// <summary>Most servers accept at least so many.</summary>
    public const int MaxCalls = 100;

    private readonly List<RpcSlot> _slots = [];

    internal IReadOnlyList<RpcSlot> Slots => _slots;

    public int Count => _slots.Count;

    /// <exception cref="InvalidOperationException">The batch already holds <see cref="MaxCalls"/>.</exception>
    public RpcSlot<T> Add<T>(RpcCall<T> call)
    {
        if (_slots.Count == MaxCalls)
        {
            throw new InvalidOperationException($"A batch holds at most {MaxCalls} calls.");
        }

        var slot = new RpcSlot<T>(call, _slots.Count);
        _slots.Add(slot);
        return slot;
    }
}

/// <summary>The place of one question in a batch.</summary>
public abstract class RpcSlot
{
    private protected RpcSlot(int index) => Index = index;

    /// <value>From 0, in the order of adding.</value>
    public int Index { get; }

    internal abstract void WriteRequest(System.Text.Json.Utf8JsonWriter json, long id);

    /// <summary>The typed answer, boxed until <see cref="RpcBatchAnswers.Of{T}"/> takes it out by the slot that made it.</summary>
    internal abstract object Read(RpcAnswer<System.Text.Json.JsonElement> answer);

    internal abstract Task<(object Answer, bool IsByProtocol)> SendAloneAsync(JsonRpcClient client, CancellationToken cancellation);

    /// <summary>Null unless the answer says that we ask too often.</summary>
    internal abstract RateRefusal? RateRefusalOf(object answer);
}

/// <summary>The place of one question in a batch, by which its answer is fetched.</summary>
public sealed class RpcSlot<T> : RpcSlot
{
    private readonly RpcCall<T> _call;

    internal RpcSlot(RpcCall<T> call, int index)
        : base(index) => _call = call;

    internal override void WriteRequest(System.Text.Json.Utf8JsonWriter json, long id) => _call.WriteRequest(json, id);

    internal override object Read(RpcAnswer<System.Text.Json.JsonElement> answer) => answer.Then(_call.Read);

    internal override async Task<(object Answer, bool IsByProtocol)> SendAloneAsync(JsonRpcClient client, CancellationToken cancellation)
    {
        var answer = await client.SendAsync(_call, cancellation).ConfigureAwait(false);
        return (answer, answer is RpcAnswer<T>.Answered or RpcAnswer<T>.RpcError);
    }

    internal override RateRefusal? RateRefusalOf(object answer) => ((RpcAnswer<T>)answer).RateRefusal;
}

/// <summary>The answers to a batch.</summary>
public sealed class RpcBatchAnswers
{
    private readonly RpcBatch _batch;
    private readonly object[] _answers;

    internal RpcBatchAnswers(RpcBatch batch, object[] answers, int requests) => (_batch, _answers, Requests) = (batch, answers, requests);

    /// <summary>HTTP requests that were made: 1, or more when the server refuses batches and was asked one by one.</summary>
    public int Requests { get; }

    /// <summary>The first answer that says that we ask too often: a limit that hits any question of a batch is about the batch. Null when none does.</summary>
    public RateRefusal? RateRefusal => _batch.Slots.Zip(_answers, (slot, answer) => slot.RateRefusalOf(answer)).FirstOrDefault(refusal => refusal is not null);

    /// <exception cref="ArgumentException">The slot is of another batch.</exception>
    public RpcAnswer<T> Of<T>(RpcSlot<T> slot) =>
        slot.Index < _batch.Count && ReferenceEquals(_batch.Slots[slot.Index], slot) && slot.Index < _answers.Length
            ? (RpcAnswer<T>)_answers[slot.Index]
            : throw new ArgumentException("The slot is of another batch.", nameof(slot));
}
