using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Snapshots;

/// <summary>Values to bytes, compactly: numbers by their size, instants by what lies between them, texts and causes once and then by number. Read back by <see cref="SnapshotReader"/>.</summary>
internal sealed class SnapshotWriter
{
    private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<Cause, int> causes = [];
    private byte[] bytes = new byte[1 << 16];
    private int length;
    private long second;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Byte(byte value)
    {
        if (length == bytes.Length) Array.Resize(ref bytes, bytes.Length * 2);
        bytes[length++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value & 0x7F | 0x80));
        Byte((byte)value);
    }

    public void Count(int value) => Number(checked((ulong)value));

    public void Instant(Instant value)
    {
        var at = value.ToUnixTimeSeconds();
        var difference = at - second;
        Number(unchecked((ulong)(difference << 1 ^ difference >> 63)));
        Number((ulong)(value - NodaTime.Instant.FromUnixTimeSeconds(at)).SubsecondNanoseconds);
        second = at;
    }

    /// <summary>Nothing, or what the writer of such a value writes.</summary>
    public void Maybe<T>(T? value, Action<T> write) where T : struct
    {
        Flag(value is not null);
        if (value is { } there) write(there);
    }

    public void Duration(Duration value) => Instant(NodaConstants.UnixEpoch + value);

    public void Bounds(Bounds value)
    {
        Instant(value.Earliest);
        Instant(value.Latest);
    }

    /// <summary>0 for null, 1 for a text that comes for the first time, else its number from 2 on.</summary>
    public void Text(string? value)
    {
        if (value is null) Number(0);
        else if (texts.TryGetValue(value, out var known)) Count(known + 2);
        else
        {
            texts.Add(value, texts.Count);
            Number(1);
            var encoded = Encoding.UTF8.GetBytes(value);
            Count(encoded.Length);
            foreach (var one in encoded) Byte(one);
        }
    }

    public void Cause(Cause? value)
    {
        if (value is null) Number(0);
        else if (causes.TryGetValue(value, out var known)) Count(known + 2);
        else
        {
            causes.Add(value, causes.Count);
            Number(1);
            Byte((byte)value.Kind);
            Text(value.Because);
            Text(value.Code);
            Components(value.Roots);
        }
    }

    public void Segment(Segment value)
    {
        Instant(value.From);
        Byte((byte)value.Best);
        Byte((byte)value.Likely);
        Byte((byte)value.Worst);
        Cause(value.Cause);
        Text(value.Outage);
        Text(value.Window);
    }

    public void Components(IReadOnlyCollection<ComponentId> values)
    {
        Count(values.Count);
        foreach (var value in values) Text(value.Value);
    }

    public void All<T>(IReadOnlyCollection<T> values, Action<T> write)
    {
        Count(values.Count);
        foreach (var value in values) write(value);
    }
}
