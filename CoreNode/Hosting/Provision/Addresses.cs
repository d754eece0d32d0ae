using System.Net;
using System.Net.Sockets;
using CoreNode.Platform;
using CoreNode.Provision.Model;

namespace CoreNode.Hosting.Provision;

/// <summary>
/// The addresses that a configuration may name and its source does not tell: those of the environment (COREOS_…), as
/// coreos-cloudinit has it, else the one that the machine's default route leaves from.
/// </summary>
internal static class Addresses
{
    /// <summary>Each name stands for itself: for checks that look at no machine.</summary>
    public static readonly MachineAddresses Names = new()
    {
        PublicIPv4 = "$public_ipv4",
        PrivateIPv4 = "$private_ipv4",
        PublicIPv6 = "$public_ipv6",
        PrivateIPv6 = "$private_ipv6",
    };

    /// <summary>What is known now.</summary>
    /// <param name="environment">Looks up an environment variable; null if not set.</param>
    /// <param name="isRunning">The machine is this one.</param>
    public static MachineAddresses Find(Func<string, string?> environment, bool isRunning)
    {
        IPAddress? found = isRunning ? OwnAddress.Find(allowsIPv6: false)?.Address : null;
        string own = found is { AddressFamily: AddressFamily.InterNetwork } ? found.ToString() : "";
        return new MachineAddresses
        {
            PublicIPv4 = environment("COREOS_PUBLIC_IPV4") ?? own,
            PrivateIPv4 = environment("COREOS_PRIVATE_IPV4") ?? own,
            PublicIPv6 = environment("COREOS_PUBLIC_IPV6") ?? "",
            PrivateIPv6 = environment("COREOS_PRIVATE_IPV6") ?? "",
        };
    }

    /// <summary>Whether one of the IPv4 addresses may be wanted that is not known yet.</summary>
    public static bool AreAwaited(IReadOnlyList<UserData> inputs, MachineAddresses known)
    {
        if (known.PrivateIPv4.Length > 0 && known.PublicIPv4.Length > 0)
            return false;
        foreach (UserData input in inputs)
        {
            ReadOnlySpan<byte> text = input.Content.Span;
            bool isPacked = text.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);
            bool isNamed = text.IndexOf("$private_ipv4"u8) >= 0 || text.IndexOf("$public_ipv4"u8) >= 0;
            bool isTold = input.Addresses.PrivateIPv4.Length > 0 && input.Addresses.PublicIPv4.Length > 0;
            if ((isPacked || isNamed) && !isTold)
                return true;
        }

        return false;
    }
}
