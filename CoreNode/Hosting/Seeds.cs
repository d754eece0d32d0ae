using System.Security.Cryptography;

namespace CoreNode.Hosting;

/// <summary>Where a node's chance comes from.</summary>
internal static class Seeds
{
    /// <summary>
    /// A seed that no other process has. A clock will not do: machines that are switched on together, and processes
    /// that are started together, read the same one; two members would then draw the same election timeouts and split
    /// every vote. Any thread.
    /// </summary>
    internal static ulong Fresh() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
