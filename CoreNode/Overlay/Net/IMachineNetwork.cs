using System.Net;

namespace CoreNode.Overlay.Net;

/// <summary>
/// The network of this machine's kernel, as far as an overlay needs it. One caller at a time;
/// <see cref="WaitForChangeAsync"/> may wait beside the others. Everything stays as it is when this is disposed and
/// when the process ends.
/// </summary>
public interface IMachineNetwork : IDisposable
{
    /// <summary>All devices, in the kernel's order.</summary>
    /// <exception cref="NetworkException">The kernel does not answer.</exception>
    IReadOnlyList<InterfaceFacts> Interfaces();

    /// <summary>
    /// What is there: the devices of these names as far as they exist with all that is on them, every route that
    /// CoreNode made, the own firewall table (none also where the kernel has no nf_tables), whether packets are passed
    /// on.
    /// </summary>
    /// <param name="links">Names of devices.</param>
    /// <exception cref="NetworkException">The kernel does not answer.</exception>
    NetworkState Read(IReadOnlyList<string> links);

    /// <summary>
    /// Makes the changes in their order, in few system calls. One that fails stops none of the others.
    /// </summary>
    /// <returns>A fault for each that failed, and notes, in the order of the changes; empty if all went well.</returns>
    /// <exception cref="NetworkException">The kernel does not answer: what is done is unknown, read again.</exception>
    IReadOnlyList<NetworkFault> Apply(IReadOnlyList<NetworkChange> changes);

    /// <summary>The address that packets of this machine to that one come from; null if no route leads there.</summary>
    /// <exception cref="NetworkException">The kernel does not answer.</exception>
    IPAddress? SourceTowards(IPAddress destination);

    /// <summary>
    /// Done when somebody may have changed what <see cref="Interfaces"/> or the last <see cref="Read"/> showed, since
    /// the wait before this one (the first: since this was made). May be done for no reason, also after own changes;
    /// never misses one, since what was lost counts as a change.
    /// </summary>
    /// <exception cref="NetworkException">The kernel does not answer.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task WaitForChangeAsync(CancellationToken cancellation);
}
