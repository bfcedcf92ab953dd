using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Nines.Chains.Evm.Rlp;

/// <summary>
/// Recursive length prefix encoding. Decoding is strict: each item has one encoding, and any other one is refused, so that
/// encoding what was decoded gives the same bytes.
/// </summary>
/// <remarks>Source: Ethereum yellow paper, appendix B.</remarks>
public static class RlpCodec
{
    private const byte StringPrefix = 0x80;
    private const byte ListPrefix = 0xc0;

    /// <value>Bytes: longer payloads have their length written in bytes of its own.</value>
    private const int LongestShortForm = 55;

    public static HexBytes Encode(RlpItem item)
    {
        var writer = new RlpWriter();
        Write(item, writer);
        return writer.ToBytes();
    }

    /// <summary>Decodes data that is exactly one item.</summary>
    /// <param name="limits">Null for <see cref="RlpLimits.Default"/>.</param>
    public static RlpDecoding Decode(ReadOnlySpan<byte> data, RlpLimits? limits = null)
    {
        limits ??= RlpLimits.Default;
        if (data.Length > limits.MaxBytes)
        {
            return new RlpDecoding.Refused(RlpFault.TooLarge, 0);
        }

        var reader = new Reader(data, limits.MaxItems, Math.Min(limits.MaxDepth, RlpItem.MaxDepth));
        return reader.TryReadWhole(out var item) ? new RlpDecoding.Decoded(item) : reader.Refusal;
    }

    private static void Write(RlpItem item, RlpWriter writer)
    {
        switch (item)
        {
            case RlpItem.String text:
                writer.Write(text.Bytes.Span);
                break;
            case RlpItem.List list:
                var start = writer.BeginList();
                foreach (var inner in list.Items)
                {
                    Write(inner, writer);
                }

                writer.EndList(start);
                break;
            default:
                throw new InvalidOperationException("An item is a string or a list.");
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> data, int maxItems, int maxDepth)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private int _itemsLeft = maxItems;
        private int _at;
        private RlpDecoding.Refused? _refusal;

        public readonly RlpDecoding.Refused Refusal => _refusal ?? throw new InvalidOperationException("Nothing was refused.");

        public bool TryReadWhole([NotNullWhen(true)] out RlpItem? item) =>
            TryRead(_data.Length, maxDepth, out item) && (_at == _data.Length || Refuse(RlpFault.TrailingBytes));

        /// <summary>Reads the item at the cursor, which may not go beyond <paramref name="end"/>.</summary>
        private bool TryRead(int end, int depthLeft, [NotNullWhen(true)] out RlpItem? item)
        {
            item = null;
            if (_at >= end)
            {
                return Refuse(RlpFault.TooShort);
            }

            if (--_itemsLeft < 0)
            {
                return Refuse(RlpFault.TooLarge);
            }

            var first = _data[_at];
            if (first < StringPrefix)
            {
                item = new RlpItem.String(HexBytes.CopyOf(_data.Slice(_at++, 1)));
                return true;
            }

            var isList = first >= ListPrefix;
            return TryReadLength(first - (isList ? ListPrefix : StringPrefix), end, out var length)
                && (isList ? TryReadList(_at + length, depthLeft, out item) : TryReadString(length, out item));
        }

        private bool TryReadString(int length, [NotNullWhen(true)] out RlpItem? item)
        {
            item = null;
            if (length == 1 && _data[_at] < StringPrefix)
            {
                return Refuse(RlpFault.PrefixedSingleByte);
            }

            item = new RlpItem.String(HexBytes.CopyOf(_data.Slice(_at, length)));
            _at += length;
            return true;
        }

        private bool TryReadList(int end, int depthLeft, [NotNullWhen(true)] out RlpItem? item)
        {
            item = null;
            if (depthLeft == 0)
            {
                return Refuse(RlpFault.TooLarge);
            }

            var items = ImmutableArray.CreateBuilder<RlpItem>();
            while (_at < end)
            {
                if (!TryRead(end, depthLeft - 1, out var inner))
                {
                    return false;
                }

                items.Add(inner);
            }

            item = new RlpItem.List(items.ToImmutable());
            return true;
        }

        /// <summary>
        /// Reads the length that <paramref name="code"/> (the first byte less its prefix) announces; the cursor moves to the payload.
        /// </summary>
        private bool TryReadLength(int code, int end, out int length)
        {
            length = code;
            if (code > LongestShortForm)
            {
                var sizeBytes = code - LongestShortForm;
                if (sizeBytes > end - _at - 1)
                {
                    return Refuse(OverrunOf(end));
                }

                var size = _data.Slice(_at + 1, sizeBytes);
                if (size[0] == 0)
                {
                    return Refuse(RlpFault.LeadingZeroInLength);
                }

                if (sizeBytes > sizeof(int) || (sizeBytes == sizeof(int) && size[0] >= 0x80))
                {
                    return Refuse(OverrunOf(end));
                }

                length = 0;
                foreach (var part in size)
                {
                    length = (length << 8) | part;
                }

                if (length <= LongestShortForm)
                {
                    return Refuse(RlpFault.LongFormOfShortLength);
                }

                _at += sizeBytes;
            }

            _at++;
            return length <= end - _at || Refuse(OverrunOf(end));
        }

        /// <summary>An item that goes too far breaks its list first, and the data only when it stands in no list.</summary>
        private readonly RlpFault OverrunOf(int end) => end < _data.Length ? RlpFault.BeyondList : RlpFault.TooShort;

        private bool Refuse(RlpFault fault)
        {
            _refusal ??= new RlpDecoding.Refused(fault, _at);
            return false;
        }
    }
}
