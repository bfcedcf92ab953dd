using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Probing.Paths;

namespace Nines.Probing.Tests.Http;

/// <summary>
/// Our own exchange beside the framework's, fed the same bytes: what both accept means the same, and what one refuses the other refuses for
/// the same reason, however the bytes are cut into packets.
/// </summary>
public sealed class SingleUseTests
{
    public static TheoryData<string> Answers { get; } =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more than was said",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 404 Not Found\r\nX-A: 1\r\nX-A: 2\r\n\r\nuntil the end",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello",
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_means_what_it_means_to_the_framework_however_it_is_cut(string answer)
    {
        var bytes = Encoding.Latin1.GetBytes(answer);
        var expected = await ReadAsync(new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new Wire(bytes, bytes.Length + 1)) });
        foreach (var piece in new[] { 1, 2, 3, 7, 64, bytes.Length + 1 }) Assert.Equal(expected, await ReadAsync(SingleUse(new Wire(bytes, piece))));
    }

    [Fact]
    public async Task A_folded_header_is_one_line_with_a_space_in_it()
    {
        var wire = new Wire("HTTP/1.1 200 OK\r\nX-Folded: a\r\n \t b\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), 3);

        Assert.Equal("200 Content-Length=2 X-Folded=a b ok", await ReadAsync(SingleUse(wire)));
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nContent-Length: 5")]
    [InlineData("Content-Length: five")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 99999999999999999999")]
    public async Task A_length_that_is_not_one_number_is_no_answer(string header)
    {
        // The framework reads on until the connection ends; nobody can know where such an answer ends (RFC 9112, section 6.3).
        Assert.Equal("InvalidResponse", await ReadAsync(SingleUse(new Wire(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{header}\r\n\r\nhello"), 64))));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "a")]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "T: x\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "a")]
    public async Task What_comes_beside_the_body_has_an_end(string begin, string more)
    {
        var wire = new Wire(Encoding.Latin1.GetBytes(begin), 4_096, Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(more, 4_096 / more.Length))));

        Assert.Equal("ConfigurationLimitExceeded", await ReadAsync(SingleUse(wire)));
        Assert.InRange(wire.Given, 64 << 10, 200 << 10);
    }

    [Fact]
    public async Task A_request_says_who_asks_for_what_and_how_its_body_is_framed()
    {
        var wire = new Wire("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), 64);
        using var invoker = new HttpMessageInvoker(SingleUse(wire));
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://[::1]:8080/a%20b?c=d#e") { Content = new StringContent("héllo") };
        request.Headers.TryAddWithoutValidation("X-Key", "v");

        using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(
            "POST /a%20b?c=d HTTP/1.1\r\nHost: [::1]:8080\r\nX-Key: v\r\nAccept-Encoding: gzip, deflate, br\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n\r\nhéllo",
            Encoding.UTF8.GetString(wire.Sent.ToArray()));
    }

    private static SingleUseHandler SingleUse(Wire wire) =>
        new((_, _) => ValueTask.FromResult(new Connection(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), wire, new PathTimings(), null)));

    /// <summary>All that a probe could see of the answer, as text; or which error it was.</summary>
    private static async Task<string> ReadAsync(HttpMessageHandler handler)
    {
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://target.example/");
        try
        {
            using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).Select(header => $"{header.Key}={string.Join('|', header.Value)}").Order();
            var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return $"{(int)response.StatusCode} {string.Join(' ', headers)} {Encoding.Latin1.GetString(body)}";
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            for (var inner = e; inner is not null; inner = inner.InnerException!)
                if (inner is HttpIOException io) return io.HttpRequestError.ToString();
            return ((HttpRequestException)e).HttpRequestError.ToString();
        }
    }

    /// <summary>The other side of a connection: so many bytes a read, then the end, or the same again and again.</summary>
    private sealed class Wire(byte[] bytes, int piece, byte[]? again = null) : MemoryStream
    {
        private byte[] bytes = bytes;
        private int at;

        public int Given { get; private set; }
        public MemoryStream Sent { get; } = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (at == bytes.Length && again is not null) (bytes, at) = (again, 0);
            var count = Math.Min(Math.Min(piece, buffer.Length), bytes.Length - at);
            bytes.AsMemory(at, count).CopyTo(buffer);
            at += count;
            Given += count;
            return ValueTask.FromResult(count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Sent.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
