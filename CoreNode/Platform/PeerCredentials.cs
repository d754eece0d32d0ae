using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// Who is on the other end of a unix socket: what the kernel noted when that process connected (unix(7), SO_PEERCRED
/// and SO_PEERGROUPS), which the process cannot choose. Immutable.
/// </summary>
/// <param name="User">Its effective user.</param>
/// <param name="Group">Its effective group.</param>
/// <param name="Groups">Its further groups.</param>
internal sealed record PeerCredentials(uint User, uint Group, IReadOnlyList<uint> Groups)
{
    private const int SocketLevel = 1;
    private const int CredentialsOption = 17;
    private const int GroupsOption = 59;

    // struct ucred: process, user, group.
    private const int CredentialsBytes = 3 * sizeof(uint);
    private const uint NoUser = uint.MaxValue;

    private const int UsualGroups = 64;
    private const int MostGroups = 65536;

    /// <summary>Asks the kernel; null if it does not know (a socket that is not a unix one).</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsBytes];
        try
        {
            if (socket.GetRawSocketOption(SocketLevel, CredentialsOption, credentials) != CredentialsBytes)
                return null;
        }
        catch (SocketException)
        {
            return null;
        }

        ReadOnlySpan<uint> numbers = MemoryMarshal.Cast<byte, uint>(credentials);
        return numbers[1] == NoUser ? null : new PeerCredentials(numbers[1], numbers[2], GroupsOf(socket));
    }

    // The kernel says how much room it wants, but .NET passes neither that nor the error (ERANGE) on: double it.
    private static uint[] GroupsOf(Socket socket)
    {
        for (int count = UsualGroups; count <= MostGroups; count *= 2)
        {
            byte[] groups = new byte[count * sizeof(uint)];
            try
            {
                int length = socket.GetRawSocketOption(SocketLevel, GroupsOption, groups);
                return MemoryMarshal.Cast<byte, uint>(groups.AsSpan(0, length)).ToArray();
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ProtocolOption)
            {
                // Linux before 4.13: the effective group has to do.
                return [];
            }
            catch (SocketException)
            {
                // Once more, with more room.
            }
        }

        return [];
    }
}
