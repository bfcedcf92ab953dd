using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Nines.Chains.Evm.JsonRpc;
using NodaTime;

namespace Nines.Chains.JsonRpc;

/// <summary>
/// Asks one server by JSON-RPC over HTTP. The caller gives the path (proxy, source address, TLS, headers) with the invoker, and the
/// time limit with the token. Nothing is retried. Exceptions are those of the transport: <see cref="HttpRequestException"/>,
/// <see cref="IOException"/> when a transfer breaks off, <see cref="OperationCanceledException"/>. For use by several threads at once.
/// </summary>
/// <remarks>
/// Source: JSON-RPC 2.0. Servers of version 1.0, such as Bitcoin Core, which answer <c>"error": null</c> beside a result and give
/// status 500 with an error, are read too.
/// </remarks>
public class JsonRpcClient
{
    /// <summary>What servers answer to a batch when they do not take batches, besides a JSON-RPC error.</summary>
    private static readonly int[] BatchRefusals = [400, 405, 413, 415, 422, 500, 501];

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _url;
    private readonly JsonRpcOptions _options;
    private long _lastId;
    private volatile bool _refusesBatches;

    /// <param name="http">Stays the caller's to dispose of.</param>
    /// <param name="url">Of the JSON-RPC endpoint; may hold a key, so it appears in no message.</param>
    public JsonRpcClient(HttpMessageInvoker http, Uri url, JsonRpcOptions? options = null) =>
        (_http, _url, _options) = (http, url, options ?? new JsonRpcOptions());

    /// <summary>One question in one HTTP request.</summary>
    public async Task<RpcAnswer<T>> SendAsync<T>(RpcCall<T> call, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _lastId);
        var reply = await PostAsync(json => call.WriteRequest(json, id), cancellation).ConfigureAwait(false);
        using var document = DocumentOf(reply, out var failure);
        return (failure ?? RpcResponse.Read(document!.RootElement, id)).Then(call.Read);
    }

    /// <summary>
    /// All questions of a batch in one HTTP request. A server that refuses batches is asked one by one, now and from then on.
    /// </summary>
    public async Task<RpcBatchAnswers> SendAsync(RpcBatch batch, CancellationToken cancellation)
    {
        RpcSlot[] slots = [.. batch.Slots];
        if (slots.Length < 2 || _refusesBatches)
        {
            return await SendOneByOneAsync(batch, slots, refusal: null, cancellation).ConfigureAwait(false);
        }

        var firstId = Interlocked.Add(ref _lastId, slots.Length) - slots.Length + 1;
        var reply = await PostAsync(json => WriteBatch(json, slots, firstId), cancellation).ConfigureAwait(false);
        using var document = DocumentOf(reply, out var failure);
        var isOneObject = failure is null && document!.RootElement.ValueKind == JsonValueKind.Object;
        if (isOneObject)
        {
            failure = (RpcAnswer<JsonElement>?)ErrorOrNull(document!.RootElement)
                ?? new RpcAnswer<JsonElement>.Malformed("a batch is answered by a list, not by one object");
        }

        if (failure is not null && IsBatchRefused(failure, isOneObject))
        {
            return await SendOneByOneAsync(batch, slots, failure, cancellation).ConfigureAwait(false);
        }

        var answers = failure is null
            ? Matched(document!.RootElement, slots.Length, firstId)
            : Enumerable.Repeat(failure, slots.Length);
        return new RpcBatchAnswers(batch, [.. slots.Zip(answers, (slot, answer) => slot.Read(answer))], requests: 1);
    }

    /// <param name="refusal">How the server refused the batch just now; null when it was not asked. If the first question alone is
    /// refused too, the batch was not to blame: that refusal stands for the rest, and a server in trouble is not asked more.</param>
    private async Task<RpcBatchAnswers> SendOneByOneAsync(
        RpcBatch batch, RpcSlot[] slots, RpcAnswer<JsonElement>? refusal, CancellationToken cancellation)
    {
        var answers = new object[slots.Length];
        var requests = refusal is null ? 0 : 1;
        for (var i = 0; i < slots.Length; i++)
        {
            (answers[i], var isByProtocol) = await slots[i].SendAloneAsync(this, cancellation).ConfigureAwait(false);
            requests++;
            if (refusal is null)
            {
                continue;
            }

            if (!isByProtocol && i == 0)
            {
                for (var rest = 1; rest < slots.Length; rest++)
                {
                    answers[rest] = slots[rest].Read(refusal);
                }

                break;
            }

            _refusesBatches = true;
        }

        return new RpcBatchAnswers(batch, answers, requests);
    }

    private static bool IsBatchRefused(RpcAnswer<JsonElement> failure, bool isOneObject) => failure switch
    {
        RpcAnswer<JsonElement>.RpcError error => error.Kind is not (RpcErrorKind.RateLimited or RpcErrorKind.Syncing),
        RpcAnswer<JsonElement>.HttpRefused refused => BatchRefusals.Contains(refused.Status),
        _ => isOneObject,
    };

    /// <summary>The answers by id, in the order of the questions; a server may send them in any order.</summary>
    private static RpcAnswer<JsonElement>[] Matched(JsonElement responses, int count, long firstId)
    {
        var answers = new RpcAnswer<JsonElement>?[count];
        if (responses.ValueKind == JsonValueKind.Array)
        {
            foreach (var response in responses.EnumerateArray())
            {
                if (IndexOf(response, firstId, count) is { } index)
                {
                    answers[index] = answers[index] is null
                        ? RpcResponse.Read(response, firstId + index)
                        : new RpcAnswer<JsonElement>.Malformed("the question is answered twice");
                }
            }
        }

        return [.. answers.Select(answer => answer ?? new RpcAnswer<JsonElement>.Malformed("the batch has no answer to this question"))];
    }

    private static int? IndexOf(JsonElement response, long firstId, int count)
    {
        try
        {
            return response.ValueKind == JsonValueKind.Object
                && response.TryGetProperty("id", out var sent)
                && RpcResponse.IdOf(sent) is { } id
                && id >= firstId && id < firstId + count
                    ? (int)(id - firstId)
                    : null;
        }
        catch (InvalidOperationException)
        {
            // half of a surrogate pair in a name or id: nobody's answer
            return null;
        }
    }

    private static void WriteBatch(Utf8JsonWriter json, RpcSlot[] slots, long firstId)
    {
        json.WriteStartArray();
        foreach (var slot in slots)
        {
            slot.WriteRequest(json, firstId + slot.Index);
        }

        json.WriteEndArray();
    }

    /// <summary>The reply as JSON, or the failure that it is instead.</summary>
    private JsonDocument? DocumentOf(Reply reply, out RpcAnswer<JsonElement>? failure)
    {
        const int TooManyRequests = 429;
        var isSuccess = reply.Status is >= 200 and <= 299;
        var refused = new RpcAnswer<JsonElement>.HttpRefused(reply.Status, reply.RetryAfter) { Said = SaidIn(reply) };
        if (reply.Body is not { } body || reply.Status == TooManyRequests)
        {
            failure = isSuccess
                ? new RpcAnswer<JsonElement>.Malformed($"the answer is longer than {_options.MaxResponseBytes} bytes")
                : refused;
            return null;
        }

        var document = RpcResponse.Parse(body, out var why);
        if (isSuccess)
        {
            failure = document is null ? new RpcAnswer<JsonElement>.Malformed(why) : null;
            return document;
        }

        using (document)
        {
            failure = document is null ? refused : ErrorOrNull(document.RootElement) ?? (RpcAnswer<JsonElement>)refused;
            return null;
        }
    }

    /// <summary>The start of a refusal's body where it is plain text: "Work queue depth exceeded".</summary>
    private static string SaidIn(Reply reply)
    {
        const int MaxSaid = 200;
        if (reply.Body is not { Length: > 0 } body || body.Span[0] is (byte)'<' or (byte)'{' or (byte)'[')
        {
            return "";
        }

        var text = System.Text.Encoding.UTF8.GetString(body.Span[..Math.Min(MaxSaid, body.Length)]);
        return new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
    }

    private static RpcAnswer<JsonElement>.RpcError? ErrorOrNull(JsonElement response)
    {
        try
        {
            return RpcResponse.ErrorOf(response);
        }
        catch (InvalidOperationException)
        {
            // half of a surrogate pair in a name or text: the status alone must do
            return null;
        }
    }

    private async Task<Reply> PostAsync(Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) };
        request.Content.Headers.ContentType = Json;

        // an HttpClient would by itself read the whole body before we could count it
        using var response = await (_http is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
            : _http.SendAsync(request, cancellation)).ConfigureAwait(false);
        var retryAfter = response.Headers.RetryAfter?.Delta is { } delta ? Duration.FromTimeSpan(delta) : (Duration?)null;
        return new Reply((int)response.StatusCode, retryAfter, await ReadBodyAsync(response.Content, cancellation).ConfigureAwait(false));
    }

    /// <summary>Null when the body is longer than the limit.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContent content, CancellationToken cancellation)
    {
        const int Step = 16 << 10;
        if (content.Headers.ContentLength > _options.MaxResponseBytes)
        {
            return null;
        }

        using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);

        // one buffer for a body whose length is announced, and a byte to see its end in
        var (capacity, least) = content.Headers.ContentLength is { } length ? ((int)length + 1, 1) : (Step, Step);
        var body = new ArrayBufferWriter<byte>(capacity);
        while (body.WrittenCount <= _options.MaxResponseBytes)
        {
            var read = await stream.ReadAsync(body.GetMemory(least), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
        }

        return null;
    }

    /// <param name="Body">Null when it is longer than the limit.</param>
    private readonly record struct Reply(int Status, Duration? RetryAfter, ReadOnlyMemory<byte>? Body);
}
