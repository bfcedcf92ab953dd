using System.Net.Sockets;
using Nines.Probing.Paths;

namespace Nines.Probing.Tests.Paths;

public sealed class DescriptorsTests
{
    [Theory]
    [InlineData(0, 1024, true)]
    [InlineData(991, 1024, true)]
    [InlineData(992, 1024, false)]
    [InlineData(1023, 1024, false)]
    [InlineData(55, 64, true)]      // of a small limit an eighth is kept back
    [InlineData(56, 64, false)]
    [InlineData(40_000, long.MaxValue, true)]
    public void The_last_descriptors_are_not_for_looks(long descriptor, long limit, bool isFree) => Assert.Equal(isFree, Descriptors.IsFree(descriptor, limit));

    [Fact]
    public void A_process_with_descriptors_left_gets_its_socket()
    {
        using var socket = Descriptors.OpenSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(ProtocolType.Tcp, socket.ProtocolType);
    }
}
