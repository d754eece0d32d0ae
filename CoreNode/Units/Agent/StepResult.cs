namespace CoreNode.Units.Agent;

/// <summary>How a step ended.</summary>
public enum StepResult
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>It was refused or went wrong; another try may do.</summary>
    Failed,

    /// <summary>The world has changed meanwhile (compare failed); what is new will be told.</summary>
    Overtaken,
}
