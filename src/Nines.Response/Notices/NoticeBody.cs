using System.Text.Json;
using Nines.Core;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Response.Notices;

/// <summary>What a channel is sent: the same outage and phase always give the same event id.</summary>
internal static class NoticeBody
{
    private const int HeaderLength = 150, SectionLength = 2_900; // what Slack takes, with room for an ellipsis

    public static string Word(NoticePhase phase) => phase switch
    {
        NoticePhase.Opened => "opened",
        NoticePhase.Closed => "closed",
    };

    public static (string MediaType, byte[] Body) Of(NoticeChannel channel, Outage outage, NoticePhase phase, string source) => channel switch
    {
        NoticeChannel.Webhook => ("application/cloudevents+json", Json(CloudEvent(outage, phase, source))),
        NoticeChannel.Slack => ("application/json", Json(Slack(outage, phase))),
        _ => throw new InvalidOperationException("NoticeChannel is a closed hierarchy."),
    };

    private static object CloudEvent(Outage outage, NoticePhase phase, string source) => new
    {
        Specversion = "1.0",
        Id = $"{outage.Id}/{Word(phase)}",
        Source = source,
        Type = $"nines.outage.{Word(phase)}",
        Subject = outage.Id,
        Time = phase == NoticePhase.Opened ? outage.LikelyBegan : outage.LikelyEnded!.Value,
        Datacontenttype = "application/json",
        Data = OutageDocument.From(outage),
    };

    private static object Slack(Outage outage, NoticePhase phase)
    {
        var title = phase == NoticePhase.Opened ? $"{outage.Component} is {outage.Worst.Word()}" : $"{outage.Component} is back after {SpokenDuration.Of(outage.Length.Likely)}";
        var cause = $"{outage.Cause.Kind.ToString().ToLowerInvariant()}: {outage.Cause.Because}";
        var when = phase == NoticePhase.Opened
            ? $"began between {InstantText.Of(outage.Began.Earliest)} and {InstantText.Later(outage.Began.Earliest, outage.Began.Latest)} UTC"
            : $"lasted {outage.Length}, ended between {InstantText.Of(outage.Ended!.Value.Earliest)} and {InstantText.Later(outage.Ended.Value.Earliest, outage.Ended.Value.Latest)} UTC";
        return new
        {
            Text = Escape(Cut($"{title} ({outage.Id}): {when}. {cause}", SectionLength)),
            Blocks = new object[]
            {
                new { Type = "header", Text = new { Type = "plain_text", Text = Cut(title, HeaderLength) } },
                new { Type = "section", Text = new { Type = "mrkdwn", Text = Cut(Escape($"{when}\n{cause}"), SectionLength) } },
                new { Type = "context", Elements = new object[] { new { Type = "mrkdwn", Text = Escape($"nines explain outage {outage.Id}") } } },
            },
        };
    }

    private static byte[] Json(object body) => JsonSerializer.SerializeToUtf8Bytes(body, DocumentJson.Options);

    /// <summary>Slack's own three: what a target sent must not ping a channel or forge a link.</summary>
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
