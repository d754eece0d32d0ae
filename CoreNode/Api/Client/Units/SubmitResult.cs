namespace CoreNode.Api.Client.Units;

/// <summary>What became of one submitted unit.</summary>
/// <param name="Name">Which.</param>
/// <param name="Status">201 made or replaced, 204 changed, else refused.</param>
/// <param name="Message">Why it was refused; empty if it was not.</param>
public sealed record SubmitResult(string Name, int Status, string Message);
