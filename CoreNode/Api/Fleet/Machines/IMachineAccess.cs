using CoreNode.Units.Model;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>Asks other machines of the cluster about units that are there. Any thread.</summary>
public interface IMachineAccess
{
    /// <summary>
    /// Asks a machine for a service of <see cref="MachineServices"/>; returns once the question was sent. The caller
    /// reads and disposes the answer.
    /// </summary>
    /// <param name="machine">Who is asked; its peer URLs say where.</param>
    /// <param name="service">One of the names in <see cref="MachineServices"/>.</param>
    /// <param name="question">What goes with it.</param>
    /// <param name="cancellation">Gives up, also while the answer is read.</param>
    /// <exception cref="IOException">It cannot be reached or refuses; the message says why.</exception>
    Task<IMachineAnswer> AskAsync(
        Machine machine, string service, ReadOnlyMemory<byte> question, CancellationToken cancellation);
}
