using Nines.Ledger.Outages;

namespace Nines.Response.Notices;

/// <summary>Posts one notice, once.</summary>
internal sealed class NoticePost(NoticeOptions options, TimeProvider time) : IDisposable
{
    private readonly SignedPost post = new(options, time);

    public Task<PostOutcome> SendAsync(NoticeChannel channel, Outage outage, NoticePhase phase, CancellationToken stopping)
    {
        var (mediaType, body) = NoticeBody.Of(channel, outage, phase, options.Source);
        return post.SendAsync(channel.Address, mediaType, body, (channel as NoticeChannel.Webhook)?.Secret, stopping);
    }

    public void Dispose() => post.Dispose();
}
