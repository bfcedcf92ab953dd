using Nines.Testing;
using System.Globalization;

namespace Nines.Web.Tests.Api;

/// <summary>One server-sent event.</summary>
/// <param name="Id">The last one that was given.</param>
internal sealed record ServerEvent(long? Id, string Name, string Data);

/// <summary>Reads a stream of server-sent events as a browser does (HTML, section 9.2.6).</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage answer;
    private readonly StreamReader lines;

    private EventReader(HttpResponseMessage answer, Stream stream) => (this.answer, lines) = (answer, new StreamReader(stream));

    public HttpResponseMessage Answer => answer;
    public long? LastId { get; private set; }
    public int Comments { get; private set; }

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, long? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is { } last) request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new EventReader(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event, at most 20 s later; null at the end of the stream.</summary>
    public async Task<ServerEvent?> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Most);
        string name = "message", data = "";
        try
        {
            while (await lines.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.Length == 0)
                {
                    if (data.Length > 0) return new ServerEvent(LastId, name, data);
                    name = "message";
                }
                else if (line[0] == ':') Comments++;
                else if (line.StartsWith("id: ", StringComparison.Ordinal)) LastId = long.Parse(line[4..], CultureInfo.InvariantCulture);
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data += line[6..];
            }
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            return null; // aborted by the server: the end as well
        }
        return null;
    }

    /// <summary>Reads until the cursor is there, though nothing of it was for us; at most 20 s.</summary>
    public async Task UntilAsync(long id)
    {
        using var limit = new CancellationTokenSource(Patience.Most);
        while (LastId != id)
        {
            var line = await lines.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The stream ended.");
            if (line.StartsWith("id: ", StringComparison.Ordinal)) LastId = long.Parse(line[4..], CultureInfo.InvariantCulture);
        }
    }

    public void Dispose() => answer.Dispose();
}
