namespace CoreNode.Provision.Model;

/// <summary>What one input asks for, and what is to be said about it.</summary>
public sealed record ConfigResult(DesiredMachine Desired, IReadOnlyList<Finding> Findings)
{
    /// <summary>True if nothing of it may be applied.</summary>
    public bool IsRefused
    {
        get
        {
            foreach (Finding finding in Findings)
            {
                if (finding.Severity == Severity.Error)
                    return true;
            }

            return false;
        }
    }
}
