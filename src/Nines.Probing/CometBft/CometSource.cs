using System.Text.Json;
using Nines.Chains.CometBft;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;

namespace Nines.Probing.CometBft;

/// <summary>An interface that is asked by GET: the node's RPC, or the application's REST.</summary>
internal sealed class CometSource : IAsyncDisposable
{
    private readonly Uri url;
    private readonly Redaction redaction;
    private readonly Allowance allowance;
    private readonly JsonSource source;
    private readonly Func<Uri, (int Status, byte[] Body)>? answer;

    /// <param name="answer">Answers instead of the path, in tests; null otherwise.</param>
    public CometSource(Uri url, CometBftOptions options, ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment, Redaction redaction, Func<Uri, (int Status, byte[] Body)>? answer)
    {
        (this.url, this.redaction, this.answer) = (url, redaction, answer);
        allowance = new Allowance(options.Quota, HostPort.Of(url).ToString(), path.VantagePoint.Id, environment, definition.Every, redaction);
        source = new JsonSource(new HttpOptions { Url = url, Headers = options.Headers, CaFile = options.CaFile }, path, environment, definition.Timeout, redaction, environment.MaxAnswerBytes);
    }

    /// <inheritdoc cref="Allowance.Waiting"/>
    public Sight? Waiting() => allowance.Waiting();

    /// <inheritdoc cref="Allowance.Took"/>
    public void Took() => allowance.Took();

    /// <param name="question">Path and query below the URL, which may have a path and a query (a key) of its own.</param>
    /// <returns>The answer; or the sight that there is instead, when the path failed or we ask too often.</returns>
    public async Task<(RpcAnswer<T>? Answer, Sight? Failure)> AskAsync<T>(string question, Func<JsonElement, T> read, CancellationToken limit)
    {
        allowance.Count();
        var at = At(question);
        if (answer is not null)
        {
            var (status, body) = answer(at);
            return Read(new JsonReply(status, null, body, Cut: false, default, default), read);
        }
        var (reply, failure) = await source.GetAsync(at, limit).ConfigureAwait(false);
        return reply is null ? (null, failure) : Read(reply, read);
    }

    /// <summary>What an answer that is none means. Codes: rpc_error, malformed, http_503.</summary>
    public Sight FailureOf<T>(RpcAnswer<T> said) => said switch
    {
        RpcAnswer<T>.RpcError error => Refused("rpc_error", $"{error.Code}: {error.Message}"),
        RpcAnswer<T>.HttpRefused refused => Refused($"http_{refused.Status}", $"HTTP status {refused.Status}"),
        RpcAnswer<T>.Malformed malformed => Refused("malformed", malformed.Why),
        _ => throw new InvalidOperationException("An answered question is no failure."),
    };

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private (RpcAnswer<T>? Answer, Sight? Failure) Read<T>(JsonReply reply, Func<JsonElement, T> read)
    {
        if (reply.Status is not (429 or 418)) return (CometAnswers.Read(reply.Status, reply.Cut ? null : reply.Body, read), null);
        return (null, allowance.Refused($"HTTP status {reply.Status}", reply.RetryAfter) switch
        {
            RateFault.Ours ours => ours.Sight,
            RateFault.Theirs theirs => Refused("rate_limited", theirs.Why),
            _ => throw new InvalidOperationException("RateFault is a closed hierarchy."),
        });
    }

    private Uri At(string question)
    {
        var mark = question.IndexOf('?', StringComparison.Ordinal);
        var builder = new UriBuilder(url);
        builder.Path = $"{builder.Path.TrimEnd('/')}/{(mark < 0 ? question : question[..mark])}";
        var own = builder.Query.TrimStart('?');
        builder.Query = string.Join('&', new[] { mark < 0 ? "" : question[(mark + 1)..], own }.Where(part => part.Length > 0));
        return builder.Uri;
    }

    private Sight Refused(string code, string message) => new(new Outcome.Refused(code, redaction.Apply(message)), []);
}
