using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// What the running machine's service manager does for provisioning; Hosting supplies it. What it cannot do is an
/// <see cref="IOException"/> that says why.
/// </summary>
public interface IUnitWork
{
    /// <summary>Has the units read anew.</summary>
    Task ReloadAsync(CancellationToken cancellation);

    /// <summary>Does that with a unit, and waits until it is done.</summary>
    Task DoAsync(string unit, UnitVerb verb, CancellationToken cancellation);

    /// <summary>Runs a script as a transient unit, and waits until it has ended well.</summary>
    /// <param name="name">What it is called: letters, digits, ".", "-" and "_".</param>
    /// <param name="content">Its text, whose first line names its interpreter. May hold secrets.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task RunScriptAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);
}
