using System.Net;
using System.Net.Sockets;
using Nines.Cli.Watching;
using Nines.Core.Network;
using Nines.Web.Api;
using Nines.Web.Api.Looks;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

/// <summary>Looks that somebody asks for over the API: they reach no further than the rule, whatever a name says.</summary>
public sealed class SingleLookTests : IDisposable
{
    private static readonly AddressRule WithLoopback = new([AddressKind.Public, AddressKind.Loopback], []);
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public SingleLookTests() => listener.Start();

    public void Dispose() => listener.Dispose();

    private int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static Task<Web.Api.Documents.LooksDocument> LookAsync(string type, string target, AddressRule reach, params string[] conditions) =>
        SingleLook.ForAsync(new LookOrder(type, target, [.. conditions], Duration.FromSeconds(5), reach), TimeProvider.System, CancellationToken.None);

    [Fact]
    public async Task What_may_be_looked_at_is()
    {
        var look = Assert.Single((await LookAsync("tcp", $"127.0.0.1:{Port}", WithLoopback)).Looks);
        Assert.Equal("answered", look.Outcome);
        Assert.True(look.Ok);
    }

    [Theory]
    [InlineData("tcp", "127.0.0.1:{0}")]
    [InlineData("tcp", "localhost:{0}")]
    [InlineData("http", "http://127.0.0.1:{0}/")]
    [InlineData("http", "http://0x7f000001:{0}/")]
    [InlineData("http", "http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("websocket", "ws://127.0.0.1:{0}/")]
    public async Task What_may_not_is_not_connected_to(string type, string target)
    {
        var look = Assert.Single((await LookAsync(type, string.Format(System.Globalization.CultureInfo.InvariantCulture, target, Port), AddressRule.PublicOnly)).Looks);
        Assert.Equal("probe_fault", look.Outcome);
        Assert.Contains("may not be looked at", look.Detail, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_redirect_leads_no_further_than_the_rule()
    {
        using var inner = new TcpListener(IPAddress.IPv6Loopback, 0);
        try
        {
            inner.Start();
        }
        catch (SocketException without)
        {
            Assert.Skip($"this machine has no IPv6: {without.SocketErrorCode}");
        }
        var serving = Task.Run(async () =>
        {
            using var caller = await listener.AcceptTcpClientAsync();
            var stream = caller.GetStream();
            await stream.ReadAtLeastAsync(new byte[4096], 1);
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://[::1]:{((IPEndPoint)inner.LocalEndpoint).Port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        });
        var look = Assert.Single((await LookAsync("http", $"http://127.0.0.1:{Port}/", new AddressRule([], [new AddressBlock(IPAddress.Loopback.GetAddressBytes(), 8)]))).Looks);
        await serving;
        Assert.Equal("probe_fault", look.Outcome);
        Assert.False(inner.Pending());
    }

    [Fact]
    public async Task An_entry_with_mistakes_is_refused_and_variables_are_not_read()
    {
        Environment.SetEnvironmentVariable("NINES_TEST_LOOK", "secret-value");
        var refused = await Assert.ThrowsAsync<ApiProblem>(() => LookAsync("http", "http://127.0.0.1/${NINES_TEST_LOOK}", WithLoopback));
        Assert.Equal("NIN4333", refused.Code);
        Assert.DoesNotContain("secret-value", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("[NIN", (await Assert.ThrowsAsync<ApiProblem>(() => LookAsync("tcp", "127.0.0.1:1", WithLoopback, "statsu == 200"))).Detail, StringComparison.Ordinal);
    }
}
