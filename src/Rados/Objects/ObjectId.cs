using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>An object of a pool. Objects of different locators are different objects.</summary>
/// <param name="Locator">Empty unless the context has one that differs from the name.</param>
public readonly record struct ObjectId(ByteName Namespace, ByteName Name, ByteName Locator)
{
    public override string ToString() => Namespace.IsEmpty ? $"{Name}" : $"{Namespace}/{Name}";
}
