using System.Net;
using System.Text;

namespace Nines.Chains.Tests.Evm.JsonRpc;

/// <summary>Answers each request by a function of its body, without a network, and keeps the bodies.</summary>
internal sealed class ScriptedHandler(Func<string, (int Status, byte[] Body)> answer) : HttpMessageHandler
{
    public List<string> Requests { get; } = [];

    public static ScriptedHandler Always(string body, int status = 200) => new(_ => (status, Encoding.UTF8.GetBytes(body)));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
        Requests.Add(asked);
        var (status, body) = answer(asked);
        return new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
    }
}
