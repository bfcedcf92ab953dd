using System.Collections.Immutable;
using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Snapshots;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">From any member: the bytes are not what it wrote.</exception>
internal sealed class SnapshotReader(byte[] bytes, int at)
{
    private readonly List<string> texts = [];
    private readonly List<Cause> causes = [];
    private long second;

    /// <summary>Whether all of it was read.</summary>
    public bool IsAtEnd => at == bytes.Length;

    public byte Byte() => at < bytes.Length ? bytes[at++] : throw new InvalidDataException("the snapshot is cut off");

    public bool Flag() => Byte() != 0;

    public ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new InvalidDataException("a number of the snapshot does not end");
    }

    /// <summary>How many follow; each takes a byte at least.</summary>
    public int Count() => Number() is var value && value <= (ulong)(bytes.Length - at) ? (int)value : throw new InvalidDataException("the snapshot is cut off");

    public Instant Instant()
    {
        var difference = Number();
        second = unchecked(second + ((long)(difference >> 1) ^ -(long)(difference & 1)));
        return NodaTime.Instant.FromUnixTimeSeconds(second).PlusNanoseconds((long)Number());
    }

    public T? Maybe<T>(Func<T> read) where T : struct => Flag() ? read() : null;

    public Duration Duration() => Instant() - NodaConstants.UnixEpoch;

    public Bounds Bounds() => new(Instant(), Instant());

    public string? Text()
    {
        switch (Number())
        {
            case 0:
                return null;
            case 1:
                var length = Count();
                var text = Encoding.UTF8.GetString(bytes, at, length);
                at += length;
                texts.Add(text);
                return text;
            case var number:
                return number - 2 < (ulong)texts.Count ? texts[(int)(number - 2)] : throw new InvalidDataException("a text of the snapshot is missing");
        }
    }

    public string Required() => Text() ?? throw new InvalidDataException("a text of the snapshot is missing");

    public Cause? Cause()
    {
        switch (Number())
        {
            case 0:
                return null;
            case 1:
                var cause = new Cause((CauseKind)Byte(), Required()) { Code = Text(), Roots = Components() };
                causes.Add(cause);
                return cause;
            case var number:
                return number - 2 < (ulong)causes.Count ? causes[(int)(number - 2)] : throw new InvalidDataException("a cause of the snapshot is missing");
        }
    }

    public Segment Segment() => new(Instant(), (State)Byte(), (State)Byte(), (State)Byte()) { Cause = Cause(), Outage = Text(), Window = Text() };

    public ComponentId Component() => new(Required());

    public ImmutableArray<ComponentId> Components() => Array(Component);

    public ImmutableArray<T> Array<T>(Func<T> read)
    {
        var count = Count();
        var values = ImmutableArray.CreateBuilder<T>(count);
        for (var i = 0; i < count; i++) values.Add(read());
        return values.MoveToImmutable();
    }

    public void Into<T>(List<T> values, Func<T> read)
    {
        var count = Count();
        values.EnsureCapacity(values.Count + count);
        for (var i = 0; i < count; i++) values.Add(read());
    }
}
