using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace Nines.Probing.Tests.Evm;

/// <summary>Answers in memory.</summary>
internal sealed class ScriptHandler(Func<string, byte[]> answer) : HttpMessageHandler
{
    public ScriptHandler(Func<string, string> answer) : this(asked => Encoding.UTF8.GetBytes(answer(asked))) { }

    public int Status { get; set; } = 200;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
        return new HttpResponseMessage((HttpStatusCode)Status) { Content = new ByteArrayContent(answer(asked)) };
    }
}

internal static class Dictionaries
{
    public static ImmutableSortedDictionary<string, string> ToImmutableSorted(this Dictionary<string, string> items) => items.ToImmutableSortedDictionary();
}
