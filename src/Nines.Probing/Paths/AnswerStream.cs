using System.Buffers;
using System.Net;

namespace Nines.Probing.Paths;

/// <summary>
/// One answer of HTTP/1.1 as it comes off its connection: first the head, then the body without its framing (RFC 9112, section 6). Disposing
/// it closes the connection. It believes nothing: lengths, numbers and lines have limits, and what is not HTTP is an error.
/// </summary>
internal sealed class AnswerStream(Connection connection) : ReadingStream
{
    /// <value>Bytes of status line and headers, those of interim answers and the trailers of a chunked body counted too.</value>
    private const int MostHead = 64 << 10;

    private enum Framing { Nothing, Length, Chunks, UntilEnd }

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(4 << 10);
    private int start, end;         // what has been read from the connection and not been taken yet
    private int headBytes;
    private Framing framing;
    private long left;              // bytes of the body, or of the chunk
    private bool inChunks;          // a first chunk has begun

    public Connection Connection => connection;

    /// <summary>Reads up to the body. The body is read from the answer's content, decompressed.</summary>
    public async ValueTask<HttpResponseMessage> ReadHeadAsync(HttpMethod method, CancellationToken cancellation)
    {
        while (true)
        {
            int length;
            for (var looked = 0; (length = AnswerHead.LengthOf(buffer.AsSpan(start, end - start), ref looked)) < 0;)
            {
                if (headBytes + end - start > MostHead) throw TooLarge();
                await FillAsync(cancellation).ConfigureAwait(false);
            }
            headBytes += length;
            if (headBytes > MostHead) throw TooLarge();
            var head = AnswerHead.Parse(buffer.AsSpan(start, length));
            start += length;
            // Interim answers come before the one that was asked for (RFC 9110, section 15.2).
            if (head.Status is >= 100 and < 200 and not 101) continue;
            return Answer(head, method);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken = default)
    {
        if (framing == Framing.Nothing || into.Length == 0) return 0;
        if (framing == Framing.Chunks && left == 0 && !await NextChunkAsync(cancellationToken).ConfigureAwait(false)) framing = Framing.Nothing;
        if (framing == Framing.Nothing) return 0;
        if (framing != Framing.UntilEnd && into.Length > left) into = into[..(int)left];
        var read = end > start ? Take(into.Span) : await connection.Stream.ReadAsync(into, cancellationToken).ConfigureAwait(false);
        if (framing == Framing.UntilEnd) return read;
        if (read == 0) throw Ended();
        left -= read;
        if (left == 0 && framing == Framing.Length) framing = Framing.Nothing;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref buffer, []) is { Length: > 0 } used) ArrayPool<byte>.Shared.Return(used);
        (start, end, framing) = (0, 0, Framing.Nothing);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private HttpResponseMessage Answer(AnswerHead head, HttpMethod method)
    {
        var hasBody = method != HttpMethod.Head && head.Status is not (101 or 204 or 304);
        (framing, left) = !hasBody ? (Framing.Nothing, 0)
            : head.IsChunked ? (Framing.Chunks, 0)
            : head.Length is 0 ? (Framing.Nothing, 0)
            : head.Length is { } length ? (Framing.Length, length)
            : (Framing.UntilEnd, 0);
        var response = new HttpResponseMessage((HttpStatusCode)head.Status) { Version = head.Version, ReasonPhrase = null };
        try
        {
            response.Content = new StreamContent(hasBody ? Unpacking.Of(this, head.Coding) : this);
            head.AddTo(response);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <returns>False after the last chunk and the trailers behind it.</returns>
    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellation)
    {
        if (inChunks && await LineAsync(cancellation).ConfigureAwait(false) is not 0) throw AnswerHead.Invalid("a chunk is longer than it says");
        inChunks = true;
        var length = await LineAsync(cancellation).ConfigureAwait(false);
        left = AnswerHead.ChunkSize(buffer.AsSpan(start - lineBytes, length));
        if (left > 0) return true;
        for (length = 1; length > 0;)
        {
            length = await LineAsync(cancellation).ConfigureAwait(false);
            headBytes += lineBytes;
            if (headBytes > MostHead) throw TooLarge();
        }
        return false;
    }

    private int lineBytes;

    /// <summary>Takes a line; it lies before <see cref="start"/>, <see cref="lineBytes"/> long with its end.</summary>
    /// <returns>Its length without its end.</returns>
    private async ValueTask<int> LineAsync(CancellationToken cancellation)
    {
        int at;
        while ((at = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) < 0)
        {
            if (end - start > MostHead) throw TooLarge();
            await FillAsync(cancellation).ConfigureAwait(false);
        }
        var length = at > 0 && buffer[start + at - 1] == '\r' ? at - 1 : at;
        lineBytes = at + 1;
        start += lineBytes;
        return length;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (start > 0 && start == end) (start, end) = (0, 0);
        if (end == buffer.Length)
        {
            var larger = start > 0 ? buffer : ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(start, end - start).CopyTo(larger);
            (start, end) = (0, end - start);
            if (larger != buffer)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        var read = await connection.Stream.ReadAsync(buffer.AsMemory(end), cancellation).ConfigureAwait(false);
        if (read == 0) throw Ended();
        end += read;
    }

    private int Take(Span<byte> into)
    {
        var taken = Math.Min(into.Length, end - start);
        buffer.AsSpan(start, taken).CopyTo(into);
        start += taken;
        return taken;
    }

    private static HttpIOException Ended() => new(HttpRequestError.ResponseEnded);

    private static HttpIOException TooLarge() => new(HttpRequestError.ConfigurationLimitExceeded);
}
