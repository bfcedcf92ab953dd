namespace Nines.Chains.JsonRpc;

public sealed record JsonRpcOptions
{
    /// <summary>
    /// How much of an answer is read. A longer one is <see cref="RpcAnswer{T}.Malformed"/>, and the connection is closed.
    /// </summary>
    /// <value>Bytes after decompression, in [1 KiB, 256 MiB]; 1 MiB by default.</value>
    public int MaxResponseBytes
    {
        get;
        init => field = value is >= 1 << 10 and <= 256 << 20
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxResponseBytes), value, "is not in [1 KiB, 256 MiB]");
    } = 1 << 20;
}
