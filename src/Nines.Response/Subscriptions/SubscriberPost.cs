using System.Text.Json;
using Nines.Ledger.Documents;
using Nines.Response.Notices;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Response.Subscriptions;

/// <summary>Posts what webhooks are sent: CloudEvents 1.0 in JSON, each signed with the subscription's own secret.</summary>
internal sealed class SubscriberPost(SubscriptionOptions options, TimeProvider time) : IDisposable
{
    private const int MostAnswer = 4_096;

    private readonly SignedPost post = new(new NoticeOptions(), time, options.Webhooks);

    /// <summary>Asks whether the receiver wants to be one: it has to answer with the challenge, as text or as <c>{"challenge": "…"}</c>.</summary>
    public async Task<PostOutcome> ChallengeAsync(Subscription subscription, PageOptions page, SubscriptionTokens tokens, CancellationToken stopping)
    {
        var (challenge, secret) = (tokens.Challenge(subscription.Id), tokens.WebhookSecret(subscription.Id));
        var body = Event(page, $"subscription/{subscription.Id}/challenge", "nines.subscription.challenge", subscription.AskedAt, new
        {
            Challenge = challenge,
            Secret = secret,
            subscription.Components,
            Unsubscribe = SubscriptionPath.OfLeave(page.Desk ?? page.Url, tokens.LeaveToken(subscription.Id)).AbsoluteUri,
        });
        var (outcome, answer) = await post.AskAsync(new Uri(subscription.Address), MediaType, body, secret, MostAnswer, stopping);
        return outcome is not PostOutcome.Delivered || IsChallenge(answer, challenge) ? outcome : new PostOutcome.Refused("did not answer with the challenge");
    }

    public Task<PostOutcome> SendAsync(Subscription subscription, PageEvent news, PageOptions page, SubscriptionTokens tokens, CancellationToken stopping)
    {
        var body = Event(page, news.Id, $"nines.page.{JsonNamingPolicy.SnakeCaseLower.ConvertName(news.Kind.ToString())}", news.At, new
        {
            news.About,
            news.Title,
            Body = PageMarkdown.ToText(news.Body),
            news.Components,
            Url = new Uri(page.Url, news.Path).AbsoluteUri,
            Unsubscribe = SubscriptionPath.OfLeave(page.Desk ?? page.Url, tokens.LeaveToken(subscription.Id)).AbsoluteUri,
        });
        return post.SendAsync(new Uri(subscription.Address), MediaType, body, tokens.WebhookSecret(subscription.Id), stopping);
    }

    public void Dispose() => post.Dispose();

    private const string MediaType = "application/cloudevents+json";

    private static byte[] Event(PageOptions page, string id, string type, Instant at, object data) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Specversion = "1.0",
        Id = id,
        Source = page.Url.AbsoluteUri,
        Type = type,
        Time = at,
        Datacontenttype = "application/json",
        Data = data,
    }, DocumentJson.Options);

    private static bool IsChallenge(string answer, string challenge)
    {
        if (answer.Trim() == challenge) return true;
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("challenge", out var said) && said.ValueKind == JsonValueKind.String && said.GetString() == challenge;
        }
        catch (JsonException)
        {
            return false; // neither the text nor an object with it
        }
    }
}
