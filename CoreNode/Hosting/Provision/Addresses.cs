using System.Net;
using System.Net.Sockets;
using CoreNode.Platform;
using CoreNode.Provision.Model;

namespace CoreNode.Hosting.Provision;

/// <summary>
/// The addresses that a configuration may name and its source does not tell: those of the environment (COREOS_…), as
/// coreos-cloudinit has it, else those that the machine's default route leaves from.
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

    // Routers are asked for IPv6 three times, four seconds apart (RFC 4861, 10); a duplicate is looked for before.
    private static readonly TimeSpan s_patienceIPv6 = TimeSpan.FromSeconds(15);

    /// <summary>What is known now.</summary>
    /// <param name="environment">Looks up an environment variable; null if not set.</param>
    /// <param name="isRunning">The machine is this one.</param>
    public static MachineAddresses Find(Func<string, string?> environment, bool isRunning)
    {
        IPAddress? found = isRunning ? OwnAddress.Find(allowsIPv6: false)?.Address : null;
        (IPAddress? publicV6, IPAddress? privateV6) = isRunning ? OwnAddress.FindIPv6() : default;
        string own = found is { AddressFamily: AddressFamily.InterNetwork } ? found.ToString() : "";
        return new MachineAddresses
        {
            PublicIPv4 = Told("COREOS_PUBLIC_IPV4") ?? own,
            PrivateIPv4 = Told("COREOS_PRIVATE_IPV4") ?? own,
            PublicIPv6 = Told("COREOS_PUBLIC_IPV6") ?? publicV6?.ToString() ?? "",
            PrivateIPv6 = Told("COREOS_PRIVATE_IPV6") ?? privateV6?.ToString() ?? "",
        };

        // What is no address would be put into the middle of a text.
        string? Told(string name) =>
            environment(name)?.Trim() is { Length: > 0 } text && IPAddress.TryParse(text, out _) ? text : null;
    }

    /// <summary>Whether an address is named that is not known yet.</summary>
    /// <param name="inputs">What names it, and may tell it.</param>
    /// <param name="known">What the machine knows.</param>
    /// <param name="waited">How long it has been waited for: IPv6 is, where it comes, soon there.</param>
    public static bool AreAwaited(IReadOnlyList<UserData> inputs, MachineAddresses known, TimeSpan waited)
    {
        if (waited < s_patienceIPv6)
        {
            foreach (UserData input in inputs)
            {
                ReadOnlySpan<byte> text = input.Content.Span;
                if ((IsUnknown(known.PublicIPv6, input.Addresses.PublicIPv6) && text.IndexOf("$public_ipv6"u8) >= 0)
                    || (IsUnknown(known.PrivateIPv6, input.Addresses.PrivateIPv6)
                        && text.IndexOf("$private_ipv6"u8) >= 0))
                {
                    return true;
                }
            }
        }

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

    private static bool IsUnknown(string known, string told) => known.Length == 0 && told.Length == 0;
}
