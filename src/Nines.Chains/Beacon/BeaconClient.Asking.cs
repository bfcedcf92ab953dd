using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using NodaTime;

namespace Nines.Chains.Beacon;

/// <content>How questions are put and answers are read.</content>
public sealed partial class BeaconClient
{
    private const int MostOfMessage = 1_000;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private delegate T BodyReader<out T>(ReadOnlySpan<byte> body);

    private static BodyReader<List<T>> Listed<T>(BeaconReader<T> item) =>
        body => BeaconReading.Data(body, (ref BeaconJson json) => BeaconReading.List(ref json, item));

    private Task<BeaconAnswer<T>> GetAsync<T>(string path, BeaconReader<T> read, CancellationToken cancellation) =>
        GetAsync(path, body => BeaconReading.Data(body, read), cancellation, _mostBytes);

    private Task<BeaconAnswer<T>> GetAsync<T>(string path, BodyReader<T> read, CancellationToken cancellation) => GetAsync(path, read, cancellation, _mostBytes);

    private Task<BeaconAnswer<T>> GetAsync<T>(string path, BodyReader<T> read, CancellationToken cancellation, int mostBytes) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, UriOf(path)), read, mostBytes, cancellation);

    private async Task<BeaconAnswer<T>> SendAsync<T>(HttpRequestMessage request, BodyReader<T> read, int mostBytes, CancellationToken cancellation)
    {
        using var owned = request;
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        var date = response.Headers.Date is { } said ? Instant.FromDateTimeOffset(said) : (Instant?)null;
        using var body = await ReadAsync(response.Content, status == 200 ? mostBytes : Math.Min(mostBytes, 64 << 10), cancellation).ConfigureAwait(false);
        if (status != 200)
        {
            var retryAfter = response.Headers.RetryAfter?.Delta is { } delta ? Duration.FromTimeSpan(delta) : (Duration?)null;
            return new BeaconAnswer<T>.Refused(status, body.IsCut ? "" : MessageOf(body.Bytes), retryAfter) { Date = date };
        }

        if (body.IsCut)
        {
            return new BeaconAnswer<T>.Malformed(string.Create(CultureInfo.InvariantCulture, $"the answer is longer than {mostBytes} bytes")) { Date = date };
        }

        try
        {
            return new BeaconAnswer<T>.Answered(read(body.Bytes)) { Date = date };
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            // InvalidOperationException: System.Text.Json on half of a surrogate pair in a string
            return new BeaconAnswer<T>.Malformed(unreadable is FormatException ? unreadable.Message : "the answer is not JSON") { Date = date };
        }
    }

    // an HttpClient would by itself read the whole body before we could count it
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => _http is HttpClient client
        ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
        : _http.SendAsync(request, cancellation);

    private HttpRequestMessage Post(string path, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        var content = new ReadOnlyMemoryContent(body.WrittenMemory);
        content.Headers.ContentType = JsonType;
        return new HttpRequestMessage(HttpMethod.Post, UriOf(path)) { Content = content };
    }

    /// <summary>The list by itself, or as the only property of an object.</summary>
    private static void WriteIds(Utf8JsonWriter json, string? property, IEnumerable<ValidatorId> ids)
    {
        if (property is not null)
        {
            json.WriteStartObject();
            json.WritePropertyName(property);
        }

        json.WriteStartArray();
        foreach (var id in ids)
        {
            json.WriteStringValue(id.ToString());
        }

        json.WriteEndArray();
        if (property is not null)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteIndices(Utf8JsonWriter json, IEnumerable<ulong> indices)
    {
        json.WriteStartArray();
        foreach (var index in indices)
        {
            json.WriteStringValue(index.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
    }

    private int BytesFor(int validators) => (int)Math.Min(256 << 20, _mostBytes + ((long)BytesOfOne * validators));

    private Uri UriOf(string pathAndQuery)
    {
        var prefix = _base.GetComponents(UriComponents.SchemeAndServer | UriComponents.UserInfo | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

        // a provider's key may stand in the query
        var query = _base.Query.Length <= 1 ? "" : (pathAndQuery.Contains('?', StringComparison.Ordinal) ? "&" : "?") + _base.Query[1..];
        return new Uri(prefix + pathAndQuery + query);
    }

    /// <summary>What an error of the API says: {"code": 404, "message": "…"}; empty for anything else.</summary>
    private static string MessageOf(ReadOnlySpan<byte> body)
    {
        try
        {
            var json = new BeaconJson(body);
            var message = "";
            json.BeginObject();
            while (json.NextProperty())
            {
                if (json.IsProperty("message"u8))
                {
                    message = json.TextOrNull(MostOfMessage) ?? "";
                }
                else
                {
                    json.Skip();
                }
            }

            return message;
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return ""; // a page of whoever stands before the node: the status alone must do
        }
    }

    private static async Task<Body> ReadAsync(HttpContent content, int most, CancellationToken cancellation)
    {
        const int First = 16 << 10;
        using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var body = new Body(First);
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(body.Free(most), cancellation).ConfigureAwait(false);
                if (read == 0) return body;
                body.Length += read;
                if (body.Length <= most) continue;
                body.IsCut = true;
                return body;
            }
        }
        catch (InvalidOperationException unpackable) when (unpackable is not ObjectDisposedException)
        {
            body.Dispose();

            // how the framework's Brotli decoder, unlike the others, says that what came is not Brotli
            throw new InvalidDataException("the body cannot be unpacked", unpackable);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>A body as far as it was read, in a rented buffer: it is read again and again, and may be megabytes.</summary>
    private sealed class Body(int first) : IDisposable
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(first);

        public int Length { get; set; }

        public bool IsCut { get; set; }

        public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

        /// <summary>Where to read on: never more than a byte beyond <paramref name="most"/>.</summary>
        public Memory<byte> Free(int most)
        {
            if (Length == _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, Math.Max(most + 1L, _buffer.Length + 1L)));
                Bytes.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            return _buffer.AsMemory(Length, (int)Math.Min(_buffer.Length - Length, Math.Max(1L, most + 1L - Length)));
        }

        public void Dispose()
        {
            if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, Length) = ([], 0);
        }
    }
}
