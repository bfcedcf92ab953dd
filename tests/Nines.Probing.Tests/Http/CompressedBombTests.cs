using System.IO.Compression;
using System.Text;
using Nines.Probing.Http;

namespace Nines.Probing.Tests.Http;

[Collection(Alone.Name)]
public sealed class CompressedBombTests
{
    [Fact]
    public async Task A_body_that_unpacks_to_a_quarter_of_a_gigabyte_is_cut_and_costs_little_memory()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var i = 0; i < 256; i++)
                await gzip.WriteAsync(new byte[1 << 20]);
        byte[] answer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), .. packed.ToArray()];
        await using var server = HostileServer.Answering(answer);
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }, null, ("body", "contains", "x"));

        var before = GC.GetTotalAllocatedBytes();
        var sight = await Look.OnceAsync(definition);
        var allocated = GC.GetTotalAllocatedBytes() - before;

        Assert.True(sight.Value(definition, "body_cut").Flag);
        Assert.Equal(1 << 20, sight.Value(definition, "body_bytes").Number);
        Assert.True(sight.Value(definition, "body").IsMissing); // the rest may well hold an x
        Assert.True(allocated < 32 << 20, $"{allocated} bytes");
    }
}
