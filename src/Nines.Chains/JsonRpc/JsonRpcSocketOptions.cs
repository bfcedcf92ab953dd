namespace Nines.Chains.JsonRpc;

public sealed record JsonRpcSocketOptions
{
    /// <summary>The longest message that is read. A longer one ends the link.</summary>
    /// <value>Bytes, in [1 KiB, 256 MiB]; 4 MiB by default.</value>
    public int MaxMessageBytes
    {
        get;
        init => field = value is >= 1 << 10 and <= 256 << 20
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxMessageBytes), value, "is not in [1 KiB, 256 MiB]");
    } = 4 << 20;

    /// <summary>Notifications of a subscription that wait for their reader. When there is no room for another the oldest is dropped, and counted.</summary>
    /// <value>In [1, 100,000]; 1,000 by default.</value>
    public int Buffered
    {
        get;
        init => field = value is >= 1 and <= 100_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Buffered), value, "is not in [1, 100000]");
    } = 1_000;

    /// <summary>Questions that may wait for their answer at once.</summary>
    /// <value>In [1, 10,000]; 1,000 by default.</value>
    public int MaxWaiting
    {
        get;
        init => field = value is >= 1 and <= 10_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxWaiting), value, "is not in [1, 10000]");
    } = 1_000;
}
