using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api.Routing;
using Nines.Web.Live;

namespace Nines.Web.Api;

/// <summary><c>/api/v1/events</c>: server-sent events of what comes to the journal, from a cursor.</summary>
internal sealed class EventRoutes(FactStream stream, OpenStreams streams, TimeProvider time)
{
    /// <summary>Who takes nothing for so long is let go. A browser comes back by itself, after the time of <see cref="Hello"/>.</summary>
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);

    private static readonly byte[] Hello = "retry: 2000\n: Nines\n\n"u8.ToArray();

    private static readonly ApiParameter<long> After = ApiParameter.Query("after", "Journal position to go on behind; 0 for everything that is on record. Without it: what comes from now on.", Formats.Whole(0, long.MaxValue));
    private static readonly ApiParameter<long> LastEventId = ApiParameter.Header("Last-Event-ID", "As 'after', which it goes before: what a browser sends that comes back.", Formats.Whole(0, long.MaxValue));
    private static readonly ApiParameter<string> Form = ApiParameter.Query("form", "news: notes of what kinds of facts came and of which components (without it). facts: the facts themselves.", Formats.Words("news", "facts"));
    private static readonly ApiParameter<string> Kind = ApiParameter.Queries("kind", "Only facts of these kinds.", Formats.Words([.. FactKinds.All]));
    private static readonly ApiParameter<ComponentId> Component = ApiParameter.Queries("component", "Only facts that tell of these components, or of no single one.", Formats.Component);

    public void Map(ApiRoutes api) =>
        api.GetStream("/api/v1/events", "listenToEvents", "Server-sent events of what comes to the journal: events 'news' or 'fact', 'trouble' while the journal cannot be read, 'reset' for a cursor that is not of this journal; a comment every 15 s. Facts that the caller may not read are left out, and the cursor moves past them.",
            "text/event-stream", AnswerAsync).Takes(After, LastEventId, Form, Kind, Component).Needs(Role.Viewer);

    private async Task AnswerAsync(HttpContext context, Asked asked)
    {
        var caller = asked.Caller;
        using var open = streams.TryOpen(caller.Handle.Length > 0 ? $"handle {caller.Handle}" : $"address {context.Connection.RemoteIpAddress}")
            ?? throw new ApiProblem(429, "NIN4338", "Too many event streams", "As many event streams are open as may be, by you or by all together.", "Share one stream, or close those that nobody reads.") { RetryAfter = TimeSpan.FromSeconds(30) };
        var filter = new FactFilter(caller.Role, asked.Get(Form) == "facts", [.. asked.All(Kind).Order(StringComparer.Ordinal)], [.. asked.All(Component).Order()]);
        JournalPosition? after = (asked.Get(LastEventId) ?? asked.Get(After)) is { } position ? new JournalPosition(position) : null;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep events back
        try
        {
            await TellAsync(context, filter, after, context.RequestAborted);
        }
        catch (Exception left) when (left is FellBehindException or JournalException || left is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // it did not take what it was told, or cannot be told: it comes back with its cursor
        }
    }

    private async Task TellAsync(HttpContext context, FactFilter filter, JournalPosition? after, CancellationToken cancellation)
    {
        using var limit = new WriteLimiter(WriteLimit, time, cancellation);
        var writer = context.Response.BodyWriter;
        await writer.WriteAsync(Hello, cancellation);
        await foreach (var batch in stream.ListenAsync(after, cancellation))
            if (batch.TextFor(filter) is { IsEmpty: false } text) await writer.WriteAsync(text, limit.Begin());
    }

    /// <summary>Limits one write after another without a timer for each.</summary>
    private sealed class WriteLimiter(TimeSpan longest, TimeProvider time, CancellationToken outer) : IDisposable
    {
        private CancellationTokenSource late = new(longest, time);
        private CancellationTokenSource? either;

        public CancellationToken Begin()
        {
            if (either is null || !late.TryReset())
            {
                Dispose();
                late = new CancellationTokenSource(longest, time);
                either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, outer);
            }
            late.CancelAfter(longest);
            return either.Token;
        }

        public void Dispose()
        {
            either?.Dispose();
            late.Dispose();
        }
    }
}
