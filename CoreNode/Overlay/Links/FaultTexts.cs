using System.Globalization;
using System.Runtime.InteropServices;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>What a refusal of the kernel means and what to do about it. Pure.</summary>
internal static class FaultTexts
{
    private const string NoRights =
        "CoreNode may not change the network; run it as root or with CAP_NET_ADMIN (AmbientCapabilities= of its unit)";

    /// <summary>Of a change.</summary>
    public static NetworkFault Of(NetworkChange change, NetlinkAnswer answer) => new(
        change, answer.ErrorNumber, $"{change}: {Reason(change, answer)}");

    /// <summary>Of a listing.</summary>
    public static NetworkException NotReadable(NetlinkAnswer answer) => new(
        "the kernel does not show its network: "
        + (answer.ErrorNumber == ErrorNumbers.NotPermitted ? NoRights : Words(answer)),
        answer.ErrorNumber);

    /// <summary>Of a system call.</summary>
    public static NetworkException NoSocket(string call, int error) => new(
        error switch
        {
            ErrorNumbers.NoFamily => $"{call} of a netlink socket is not allowed here; "
                + "RestrictAddressFamilies= of CoreNode's unit must name AF_NETLINK",
            ErrorNumbers.NotPermitted => $"{call} of a netlink socket: {NoRights}",
            _ => $"{call} of a netlink socket failed: {Words(new NetlinkAnswer(error, ""))}",
        },
        error);

    /// <summary>The kernel's words, with its number.</summary>
    public static string Words(NetlinkAnswer answer)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Marshal.GetPInvokeErrorMessage(answer.ErrorNumber)}, errno {answer.ErrorNumber}");
        return answer.Text.Length > 0 ? $"{answer.Text.TrimEnd('.')} ({text})" : text;
    }

    private static string Reason(NetworkChange change, NetlinkAnswer answer)
    {
        string words = Words(answer);
        return (change, answer.ErrorNumber) switch
        {
            (_, ErrorNumbers.NotPermitted) => NoRights,
            (NetworkChange.AddLink, ErrorNumbers.NotSupported) =>
                $"this kernel has no vxlan; load the module (modprobe vxlan) or use backend host-gw: {words}",
            (NetworkChange.AddLink, ErrorNumbers.Exists) =>
                "another device has this VNI and port (ip -d link show type vxlan); remove it or use another VNI: "
                + words,
            (NetworkChange.AddLink, ErrorNumbers.AddressInUse) =>
                $"another program has its UDP port (ss -ulnp); stop it or use another port: {words}",
            (NetworkChange.SetFirewall, ErrorNumbers.NotSupported or ErrorNumbers.Invalid or ErrorNumbers.NoProtocol) =>
                "this kernel has no nf_tables for this; load the modules (modprobe nf_tables nft_masq nft_chain_nat) "
                + $"or do without masquerading: {words}",
            (NetworkChange.PutRoute, ErrorNumbers.Unreachable or ErrorNumbers.HostUnreachable) =>
                $"its gateway is in no network of that device: {words}",
            _ => words,
        };
    }
}
