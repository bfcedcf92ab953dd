using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Nines.Core;
using Nines.Response.Mail;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Response.Subscriptions;

/// <summary>In whose name mails are sent.</summary>
public sealed record MailSender(MailServer Server, MailAddress From, MailAddress? ReplyTo, int MostPerMinute);

/// <summary>Where a subscriber's links lead, below <see cref="PageOptions.Desk"/>.</summary>
public static class SubscriptionPath
{
    public const string Ask = "subscribe", Confirm = "subscriptions/confirm", Leave = "subscriptions/leave";

    public static Uri OfConfirm(Uri page, string token) => new(page, $"{Confirm}?token={token}");

    public static Uri OfLeave(Uri page, string token) => new(page, $"{Leave}?token={token}");
}

/// <summary>Writes what subscribers are sent by mail: the same content always gives the same mail, but for its date.</summary>
internal static class SubscriberMail
{
    private const int LongestTitle = 200;

    public static MailMessage Invitation(PageOptions page, MailSender sender, Subscription subscription, string token, Instant now)
    {
        var texts = page.Texts;
        var link = SubscriptionPath.OfConfirm(page.Desk ?? page.Url, token).AbsoluteUri;
        var about = subscription.Components.IsEmpty ? texts["subscribe.all"] : string.Join(", ", subscription.Components.Select(id => page.Find(id)?.Name ?? id));
        var asked = texts.Fill("mail.confirm.text", ("name", page.Name), ("components", about));
        return new MailMessage
        {
            From = sender.From,
            To = MailAddress.Parse(subscription.Address),
            ReplyTo = sender.ReplyTo,
            Subject = OneLine(texts.Fill("mail.confirm.subject", ("name", page.Name))),
            Text = $"{asked}\n\n{link}\n\n{texts["mail.confirm.ignore"]}\n",
            Html = Page(texts.Language, $"<p>{Html(asked)}</p>\n<p><a href=\"{Html(link)}\">{Html(texts["mail.confirm.link"])}</a></p>\n<p>{Html(texts["mail.confirm.ignore"])}</p>"),
            Id = $"confirm-{SubscriptionTokens.HashOf(token)[..32]}",
            Date = now,
            Language = texts.Language,
        };
    }

    /// <param name="news">One or more, in the order in which they came.</param>
    public static MailMessage News(PageOptions page, MailSender sender, Subscription subscription, ImmutableArray<PageEvent> news, string leaveToken, Instant now)
    {
        var texts = page.Texts;
        var leave = SubscriptionPath.OfLeave(page.Desk ?? page.Url, leaveToken);
        var (text, html) = (new StringBuilder(), new StringBuilder());
        foreach (var about in news.GroupBy(one => one.About))
        {
            var last = about.Last();
            var link = new Uri(page.Url, last.Path).AbsoluteUri;
            text.Append($"{OneLine(last.Title)}\n");
            html.Append($"<h2>{Html(last.Title)}</h2>\n");
            if (last.Components.Length > 0)
            {
                var affects = texts.Fill("page.affects", ("components", string.Join(", ", last.Components.Select(id => page.Find(id)?.Name ?? id))));
                text.Append($"{OneLine(affects)}\n");
                html.Append($"<p>{Html(affects)}</p>\n");
            }
            foreach (var one in about)
            {
                var head = $"{texts[WordOf(one.Kind)]} · {PageWords.AtMinute(one.At, page)}";
                text.Append($"\n{head}\n{PageMarkdown.ToText(one.Body)}\n");
                html.Append($"<h3>{Html(head)}</h3>\n{PageMarkdown.ToHtml(one.Body)}\n");
            }
            text.Append($"\n{link}\n\n");
            html.Append($"<p><a href=\"{Html(link)}\">{Html(link)}</a></p>\n");
        }
        var why = texts.Fill("mail.why", ("name", page.Name));
        text.Append($"-- \n{why}\n{texts["mail.leave"]}: {leave.AbsoluteUri}\n");
        html.Append($"<hr>\n<p>{Html(why)} <a href=\"{Html(leave.AbsoluteUri)}\">{Html(texts["mail.leave"])}</a></p>");
        return new MailMessage
        {
            From = sender.From,
            To = MailAddress.Parse(subscription.Address),
            ReplyTo = sender.ReplyTo,
            Subject = OneLine(SubjectOf(page, news)),
            Text = text.ToString(),
            Html = Page(texts.Language, html.ToString()),
            // The same events to the same subscriber have the same id: a mail that is sent again can be told from a new one.
            Id = $"news-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', news.Select(one => one.Id).Prepend(subscription.Id)))))[..40]}",
            Date = now,
            Unsubscribe = leave,
            ListId = $"status.{page.Url.IdnHost}",
            Language = texts.Language,
        };
    }

    private static string SubjectOf(PageOptions page, ImmutableArray<PageEvent> news)
    {
        var last = news[^1];
        var abouts = news.Select(one => one.About).Distinct().Count();
        var word = page.Texts[WordOf(last.Kind)];
        return abouts == 1 ? $"{page.Name}: {last.Title} ({word})" : page.Texts.Fill("mail.several", ("name", page.Name), ("title", last.Title), ("word", word), ("count", (abouts - 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string WordOf(PageEventKind kind) => kind switch
    {
        PageEventKind.IncidentOpened => "mail.opened",
        PageEventKind.IncidentUpdated => "mail.updated",
        PageEventKind.IncidentResolved => "phase.resolved",
        PageEventKind.MaintenanceScheduled => "phase.scheduled",
        PageEventKind.MaintenanceStarted => "phase.in_progress",
        PageEventKind.MaintenanceEnded => "phase.completed",
        PageEventKind.MaintenanceCancelled => "phase.cancelled",
    };

    private static string Page(string language, string body) =>
        $"<!doctype html>\n<html lang=\"{Html(language)}\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n{body}\n</body>\n</html>\n";

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    /// <summary>For a header: what people write may hold anything.</summary>
    private static string OneLine(string text)
    {
        var line = WrittenText.Shown(text, lines: false);
        return line.Length <= LongestTitle ? line : string.Concat(line.EnumerateRunes().Take(LongestTitle / 2).Select(rune => rune.ToString())) + "…";
    }
}
